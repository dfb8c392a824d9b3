/* tie.c: dying with the supervisor, over a change of credentials. See tie.h. */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "message.h"
#include "planned.h"
#include "step.h"
#include "tie.h"

struct tie tie_read(void)
{
	struct tie tie = { 0, getppid() };

	if (prctl(PR_GET_PDEATHSIG, &tie.signal) != 0)
		tie.signal = 0;
	/* In a dry run nobody has forked. */
	if (planned("a supervisor"))
		tie.signal = SIGKILL;
	return tie;
}

void tie_again(struct tie tie)
{
	if (!tie.signal)
		return;
	STEP(prctl(PR_SET_PDEATHSIG, tie.signal), "ask again to be killed with the supervisor");
	if (getppid() != tie.parent && !dry_run)
		_Exit(EXIT_TOOL_FAILED);
}
