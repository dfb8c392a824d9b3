/* started.h: when this process has begun. */
#ifndef STRATA_STARTED_H
#define STRATA_STARTED_H

/* In ticks since the machine's boot, as field 22 of /proc/self/stat has it, or 0 when
 * there is no /proc. No two processes of a machine have both this and their number
 * alike. *number, unless that is NULL, is the number that /proc has for us. proc_pid_stat(5). */
unsigned long long own_start(int *number);

#endif
