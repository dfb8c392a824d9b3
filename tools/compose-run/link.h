/* link.h: compose-run's own links, "compose-run time ..." and so on: what only
 * a config.json can ask for, and none of the ten tools does. They are in
 * chroot as well, since one comes behind it. See chain.h. */
#ifndef STRATA_LINK_H
#define STRATA_LINK_H

/* Called as the main() of a tool is; argv[0] is "compose-run". */
int hooks_main(int argc, char *argv[]);
int process_main(int argc, char *argv[]);
int time_main(int argc, char *argv[]);

/* Between the options of such a link and its setup, as tool_ready(). */
void link_ready(void);

#endif
