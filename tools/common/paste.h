/* paste.h: command lines that a reader can paste into a shell. */
#ifndef STRATA_PASTE_H
#define STRATA_PASTE_H

#include <stdbool.h>

/* The word, quoted for the shell where it must be. A new string. */
char *paste_word(const char *word);

/* What to put before the name of a tool so that the shell finds it: the
 * directory that was typed before ours, with a slash; or "". */
const char *paste_directory(void);

/* What to put before a line of ours that is to be typed anew by somebody who has
 * begun with ns-user: that link, or "". */
const char *paste_first(bool in_user_namespace);

/* The command line of the link now running and of all behind it, as it was
 * typed, with `before` in front of it ("ns-user", "sudo"; NULL for nothing)
 * and `option` put in behind the link's name ("--setgroups deny"; NULL for
 * none): paste_line("ns-user", NULL) may be "bin/ns-user ns-uts -- sh". A
 * tool in `before` is named so that it is found. A long line, and that of a
 * link inside compose-run, ends in "..."; but behind "sudo" that is the line
 * with compose-run. The string is overwritten by the fourth
 * call behind this one. */
const char *paste_line(const char *before, const char *option);

/* The same, with `behind` between the link's own options and the rest: another
 * link and its options, "chroot ./root". NULL for none. */
const char *paste_between(const char *before, const char *option, const char *behind);

/* The same line, with the path `old` replaced by `new` where it stands first. */
const char *paste_edit(const char *old, const char *new);

/* The same line, with the word `old` (or the value in "--option=old") among the
 * link's own options replaced by the text `new`. */
const char *paste_swap(const char *old, const char *new);

/* The same line without an option of the link's own and its `value` (NULL: it
 * takes none), and with the options `new` in front; "" for none. */
const char *paste_instead(const char *option, const char *value, const char *new);

/* The same line, with `options` instead of all options of the link's own. */
const char *paste_only(const char *options);

/* The same line with `before` in front of it, without some of the link's own
 * options: a list as "--user= --clear-groups", where '=' says that a value
 * belongs to it. */
const char *paste_without(const char *before, const char *options);

/* Our own program, as a path. */
const char *paste_program(void);

#endif
