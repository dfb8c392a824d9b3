/* begin.h: hearing that the program of a chain begins, and by which number.
 *
 * The chain's process says through a socket that it is about to execute the program;
 * the kernel tells its number as it is out here (SCM_CREDENTIALS, unix(7)). The
 * socket closes at exec, which is how we know that the program has begun. */
#ifndef STRATA_BEGIN_H
#define STRATA_BEGIN_H

#include <sys/types.h>

/* Makes the socket: [0] is for who hears, [1] for who tells. Ends with 125 when it
 * can't be had. */
void begin_open(int ends[2]);

/* In the process that is to run the chain: sees to it that it tells. `begins` is
 * called just before the program is executed, and `failed` when it could not be;
 * either may be NULL. */
void begin_tell(int end, void (*begins)(void), void (*failed)(void));

/* In a process that the chain leaves behind: lets go of the socket. */
void begin_leave(void);

/* Waits for what is told. Returns the program's process id once it has begun, or 0
 * when it never will. */
pid_t begin_hear(int end);

/* Moves a descriptor to a number out of the way of those that mean something. */
int begin_move_up(int fd);

#endif
