/* named.c: --name without -d. See named.h. */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "begin.h"
#include "message.h"
#include "named.h"
#include "record.h"
#include "store.h"
#include "supervise.h"

struct named {
	struct stored stored;
	struct supervisor supervisor;
	bool remove;
	int ends[2];
};

/* The program begins, or never will. */
static void hear(void *argument)
{
	struct named *named = argument;
	struct stored *stored = &named->stored;

	/* Else it would never end. */
	close(named->ends[1]);
	stored->pid = begin_hear(named->ends[0]);
	close(named->ends[0]);
	if (stored->pid == 0)
		return;
	stored->start = store_start_of(stored->pid);
	stored->status = STORE_RUNNING;
	if (store_write_state(stored) != 0)
		note("cannot keep the state of the container '%s', so it is not found: %s",
		     stored->name, errno_text(errno));
}

static void end(void *argument)
{
	struct named *named = argument;
	struct stored *stored = &named->stored;

	if (named->remove || stored->status != STORE_RUNNING) {
		store_remove_own(stored->directory, stored->name);
		return;
	}
	if (store_write_exit(stored->directory, named->supervisor.status) != 0)
		note("cannot keep the exit status %d: %s", named->supervisor.status,
		     errno_text(errno));
	stored->status = STORE_STOPPED;
	stored->pid = 0;
	store_write_state(stored); /* what counts is the file "exit" */
}

void run_named(const struct chain *chain, const char *name, bool remove)
{
	/* It is still there when we have returned, in the supervisor. */
	static struct named named;

	store_check_name(name);
	named.remove = remove;
	named.stored.created = time(NULL);
	strcpy(named.stored.name, name);
	record_describe(chain, named.stored.command, sizeof(named.stored.command));
	named.stored.own_cgroup = record_has_cgroup(chain);
	named.stored.directory = begin_move_up(store_claim(name));
	record_links(named.stored.directory, name, chain);
	begin_open(named.ends);
	named.supervisor = (struct supervisor){ .cgroup = -1,
						.ended = end,
						.asked = hear,
						.socket = named.ends[0],
						.argument = &named };
	supervise(&named.supervisor);

	close(named.stored.directory);
	close(named.ends[0]);
	begin_tell(named.ends[1], NULL, NULL);
	standing_behind = begin_leave;
}
