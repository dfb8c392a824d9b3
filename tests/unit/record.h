/* record.h: kernel calls that the linker has led here (--wrap): they do
 * nothing, succeed, and are noted down. */
#ifndef STRATA_RECORD_H
#define STRATA_RECORD_H

/* The calls so far, "unshare(CLONE_NEWUTS) sethostname(box) ...". */
extern char recorded[8192];

/* Runs main() of a tool with a command line, up to exec_next, and leaves in
 * `recorded` what it asked the kernel for; the last is "exec(PROGRAM)". */
void record(int (*tool_main)(int argc, char *argv[]), const char *line);

#endif
