/* sysctl.h: one setting of the kernel's, a file below /proc/sys. */
#ifndef STRATA_SYSCTL_H
#define STRATA_SYSCTL_H

#include "why.h"

struct sysctl {
	char key[200];	/* as it was typed: "net.ipv4.ip_forward" */
	char path[220]; /* "/proc/sys/net/ipv4/ip_forward" */
	const char *value;
};

/* Reads "KEY=VALUE" into *sysctl. In a key, dots stand between directories; a
 * dot within a name is written as a slash (net.ipv4.conf.eth0/1.forwarding),
 * and a key whose first separator is a slash is a path, as in sysctl(8). Ends
 * with 125 when text is none, or when the key would leave /proc/sys; example
 * is what the message shows. */
void sysctl_parse(struct sysctl *sysctl, const char *text, const char *example);

/* Writes the value, reads it back and compares; --explain shows it before and
 * after. The files of a namespace's settings show those of the process that
 * opens them, whichever /proc it is. Ends with 125 when that fails, or when
 * the kernel holds another value. With --dry-run, says it only. proc(5). */
void sysctl_write(const struct sysctl *sysctl);

/* Why a setting could not be changed, as why_decide(); `tool` is ns-net or
 * ns-ipc. An error of 0: it did not take effect. Reads nothing of the machine. */
bool sysctl_decide(const char *tool, const struct sysctl *sysctl, int error,
		   const struct state *state, struct reason *reason);

#endif
