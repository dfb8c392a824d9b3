/* link_ready.c: what compose-run's own links have in common. See link.h. */
#include "link.h"
#include "message.h"
#include "option.h"
#include "step.h"

void link_ready(void)
{
	if (check_wanted)
		die("--check goes with the ten tools, and with compose-run alone");
	step_ready();
}
