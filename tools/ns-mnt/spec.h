/* spec.h: mounts as they are written in options. All of them end with 125 when
 * that is not as it should be. The words are kept, and cut into parts. */
#ifndef STRATA_SPEC_H
#define STRATA_SPEC_H

#include "mounts.h"

/* "SRC:DST", cut at its last colon; `options` go with it, `name` is the option
 * that it is the value of. */
struct mount_order spec_bind(char *spec, const char *options, const char *name);

/* "DST[:OPTION,...]" */
struct mount_order spec_tmpfs(char *spec);

/* "LOWER[:LOWER...]:DST[,upper=DIR,work=DIR]" */
struct mount_order spec_overlay(char *spec);

/* docker's "type=TYPE,dst=DST[,src=SRC][,OPTION...]". */
struct mount_order spec_mount(char *spec);

/* "DST:TEXT", a line of a file. Put behind `before`, the order before this one, where
 * that is of the same file: then this returns false. */
bool spec_line(char *spec, const char *root, struct mount_order *before, struct mount_order *order);

/* A path to mask or to make read-only. With '-' before it, it need not be there. */
struct mount_order spec_covered(enum mount_kind kind, const char *path);

#endif
