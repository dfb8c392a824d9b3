/* manage.h: what one does with containers that run already. */
#ifndef STRATA_MANAGE_H
#define STRATA_MANAGE_H

/* Carries out "list", "logs NAME" and so on, when the first word behind
 * compose-run's name is one of these; then it does not return. */
void manage(int argc, char *argv[]);

#endif
