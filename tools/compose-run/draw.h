/* draw.h: --draw, the layers of a container as a picture. */
#ifndef STRATA_DRAW_H
#define STRATA_DRAW_H

#include "plan.h"

/* Draws a process that runs: the layers that it has and we have not, and since
 * which process. `words` are those behind the options: none. Writes SVG to
 * stdout, and ends with 0, or 125. */
_Noreturn void draw_process(const char *pid, char *const words[]);

/* Draws a chain that is not run: its links, and which process makes what. */
_Noreturn void draw_chain(const struct chain *chain);

#endif
