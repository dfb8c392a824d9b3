/* alone.h: a cable from a network that nobody else keeps. */
#ifndef STRATA_ALONE_H
#define STRATA_ALONE_H

/* Ends with 125 when no other process is in our network namespace and no mount
 * keeps it, as far as can be seen: a cable that begins there would be gone as soon
 * as we are. `outer` is its end there, for the message. network_namespaces(7). */
void refuse_alone(const char *outer);

#endif
