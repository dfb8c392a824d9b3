/* compose-run: a whole container, by chaining the ten tools.
 *
 * A container is nothing that the kernel has. It is a process about ten of
 * whose constructs were changed, one after the other. This program changes
 * none itself: it turns options (options.c) into a description (config.h),
 * that into a chain of the ten tools (plan.c), and prints or runs it (run.c).
 * What it can do, the line that --print-chain shows can do.
 *
 * It carries the ten tools inside and calls them one after the other in this
 * one process, which spares an exec for each; --chain runs them as programs.
 *
 * Needs no privilege, except for limits: see cgroup.
 * Read on: namespaces(7), cgroups(7), capabilities(7), seccomp(2), and the
 * Open Container Initiative's runtime-spec. */
#include <string.h>

#include "bundle.h"
#include "emit.h"
#include "compare.h"
#include "detach.h"
#include "draw.h"
#include "manage.h"
#include "message.h"
#include "named.h"
#include "options.h"
#include "plan.h"
#include "pty.h"
#include "run.h"
#include "sealed.h"
#include "step.h"
#include "walk.h"

int main(int argc, char *argv[])
{
	struct config config;
	struct request request;
	struct chain chain;

	char **words = sealed_keep(argv);

	tool_name = "compose-run";
	manage(argc, argv);
	options_read(argc, argv, &config, &request);
	if (request.compare) {
		for (char **word = config.process.args; *word; word++)
			*word = manage_process(*word);
		compare_run(manage_process(request.compare), config.process.args, request.json,
			    request.alike);
	}
	if (request.draw && strcmp(request.draw, "--") != 0)
		draw_process(manage_process(request.draw), config.process.args);
	explaining_chain = explaining;
	if (request.check)
		run_check();
	if (request.detach && !request.name)
		request.name = detach_choose_name();
	/* The notes of the plan were printed before we became a copy. */
	notes_said = sealed_is();
	if (request.bundle)
		request.tty |=
			bundle_compile(request.bundle, request.name, config.process.args, &chain);
	else
		plan_compile(&config, &chain);
	notes_said = false;
	if (request.emit) {
		emit_bundle(&chain, request.tty, request.emit);
		return 0;
	}
	if (request.draw)
		draw_chain(&chain);
	if (request.print) {
		run_print(&chain);
		return 0;
	}
	if (!request.separate && !dry_run && !sealed_by_supervisor(&chain))
		sealed_again(words);
	if (request.detach && !dry_run)
		detach(&chain, request.name, request.tty, request.remove);
	else if (request.tty && !dry_run)
		run_on_pty();
	if (request.name && !request.detach && !dry_run)
		run_named(&chain, request.name, request.remove);
	if (request.step)
		walk_through(&chain);
	run_chain(&chain, request.separate);
}
