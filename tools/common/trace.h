/* trace.h: STRATA_TRACE=FILE, the steps of a chain as a timeline.
 *
 * Each step is an event of the Trace Event Format ("X", a complete event), in
 * a JSON array that Perfetto, speedscope and chrome://tracing open. The file is
 * a whole array after each event, whoever writes next: a link that was
 * executed, or a process that was forked. A row of the picture is a process;
 * a link is an event with those of its steps below it. */
#ifndef STRATA_TRACE_H
#define STRATA_TRACE_H

#include <stdbool.h>

/* Opens the file that STRATA_TRACE names, once for this process; without the
 * variable nothing is traced. Ends with 125 when it can't be had. */
void trace_open(void);
bool trace_is_on(void);

/* The descriptor of the file, which closes at exec, and is to stay open when
 * all others are closed; -1 when nothing is traced. */
int trace_descriptor(void);

/* Around a link. */
void trace_begin_link(void);
void trace_end_link(void);

/* Around a step: its start and its end; error is the errno it failed with,
 * or 0. */
void trace_begin(void);
void trace_end(const char *call, const char *phrase, int error);

#endif
