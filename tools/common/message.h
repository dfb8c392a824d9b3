/* message.h: what a tool says to people. All of it goes to stderr, since
 * stdout belongs to the program at the end of the chain. */
#ifndef STRATA_MESSAGE_H
#define STRATA_MESSAGE_H

#include <stdbool.h>

/* Exit statuses of a link that never became the program: the numbers of
 * env(1), nohup(1), chroot(1) and timeout(1). */
enum {
	EXIT_TOOL_FAILED = 125, /* the tool itself failed */
	EXIT_CANNOT_RUN = 126,	/* the program was found, and could not be run */
	EXIT_NOT_FOUND = 127,	/* the program was not found */
};

/* The name that messages begin with: that of the link now running. */
extern const char *tool_name;

/* The words that it was called with, its name first and the rest of the chain
 * last, for lines that can be pasted (paste.h); NULL before it began. */
extern char *const *tool_words;

/* Prints "TOOL: message" and ends the process with 125. */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with ": what errno means (ENAME)" behind it, errno as it is. */
_Noreturn void die_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "TOOL: note: message"; nothing ends. While notes_said is true nothing is
 * printed: an earlier run of the same words has said it. */
extern bool notes_said;
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "Operation not permitted (EPERM)". The string is overwritten by the next
 * call. See errno(3). */
const char *errno_text(int error);

/* The word of words (ended by NULL) that is closest to typed, for 'did you
 * mean'; NULL when none is close. */
const char *closest(const char *typed, const char *const words[]);

#endif
