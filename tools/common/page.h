/* page.h: which manual page to read about a call. */
#ifndef STRATA_PAGE_H
#define STRATA_PAGE_H

/* The page about a call as it stands in the source: "unshare(2)" for
 * "unshare(CLONE_NEWUTS)". A function of our own that writes a file or asks
 * over a socket has none: then it is the page about the tool's construct. */
const char *page_of_call(const char *call, const char *tool);

#endif
