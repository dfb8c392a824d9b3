/* manage.h: what one does with containers that run already. */
#ifndef STRATA_MANAGE_H
#define STRATA_MANAGE_H

/* Carries out "list", "logs NAME" and so on, when the first word behind
 * compose-run's name is one of these; then it does not return. */
void manage(int argc, char *argv[]);

/* The number of the process that a word names: one by its number, or a container
 * by its name. What is neither comes back as it is, for the caller to refuse; a
 * container that does not run, or is not there, ends us with 125. */
char *manage_process(char *word);

#endif
