/* kernel.h: constants that the C library of the build machine may not know
 * yet, each with the kernel version that brought it. */
#ifndef STRATA_KERNEL_H
#define STRATA_KERNEL_H

#include <linux/prctl.h>
#include <sys/syscall.h>

#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200 /* 6.5 */
#endif

#endif
