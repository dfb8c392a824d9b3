/* call.h: what call.c, argument.c and print.c share: how a call is looked into. */
#ifndef STRATA_LSM_CALL_H
#define STRATA_LSM_CALL_H

#include "tracing.h"

/* What an argument is, a letter each:
 *
 *	d  the directory that the path behind it is relative to; not printed
 *	p  a path; l the same, and a link at its end is not followed
 *	f  a descriptor, printed as the path that it is open on
 *	o  flags of open; h the address of a struct open_how
 *	s  a text; m a mode; i a number; x a number in hexadecimal
 *	R  a request of ioctl; S a signal; A what access(2) asks; n flags of namespaces; F a family
 *	a  the address of a socket, and behind it its length; M a struct msghdr
 *	-  not printed */
struct lsm_shape {
	const char *names, *arguments;
	enum lsm_operation operation;
	int capability;
};

/* call.c: the shape of a call; that of an unknown one has no arguments. */
const struct lsm_shape *lsm_call_shape(uint32_t arch, int number);

/* print.c: each adds to the text of the call. */
void lsm_put(struct lsm_details *details, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void lsm_put_quoted(struct lsm_details *details, const char *text);
void lsm_put_open_flags(struct lsm_details *details, uint64_t flags);
void lsm_put_namespaces(struct lsm_details *details, uint64_t flags);
void lsm_put_family(struct lsm_details *details, int family);
void lsm_put_request(struct lsm_details *details, uint32_t request);
void lsm_put_signal(struct lsm_details *details, int signal);
void lsm_put_access(struct lsm_details *details, unsigned int mode);

#endif
