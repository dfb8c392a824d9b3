/* picture.h: boxes in boxes, as a picture in SVG. */
#ifndef STRATA_PICTURE_H
#define STRATA_PICTURE_H

#include <stddef.h>

/* Who made what is in a box: that gives its color. */
enum maker {
	MAKER_OUTSIDE, /* a process that stays outside, a supervisor */
	MAKER_FIRST,   /* PID 1 */
	MAKER_PROGRAM, /* the program, or what became of PID 1 */
	MAKER_NOBODY,  /* it is the same outside */
	MAKER_UNKNOWN
};

struct box {
	const char *name; /* in bold */
	const char *who;  /* on the right, in words */
	const char *note; /* what it is for, a short line; or NULL */
	const char *text; /* what it holds; a text of any length */
	enum maker maker;
};

/* Writes the picture to stdout: each box lies in the one before it. The title
 * is above, with a line that begins with `lead` and says what the colors mean;
 * the foot is below. Texts must be clean (process.h). Returns -1 with errno
 * when it can't be written. */
int picture_print(const char *title, const char *lead, const char *foot, const struct box *boxes,
		  size_t count);

#endif
