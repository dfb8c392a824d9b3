/* denial.h: who refused a call.
 *
 * As with why.h, in two halves: what is read of the machine, and a function
 * that decides from it and reads nothing, so that it can be tested without
 * privilege. Where two have refused, or may have, both are named. */
#ifndef STRATA_LSM_DENIAL_H
#define STRATA_LSM_DENIAL_H

#include "tracing.h"

/* What the permission bits of the files on the way say. */
enum lsm_bits {
	BITS_UNKNOWN,	/* they could not be looked at */
	BITS_ALLOW,	/* they would have allowed it */
	BITS_DIRECTORY, /* a directory on the way may not be searched */
	BITS_FILE,	/* the file, or the directory that it is to be in */
	BITS_STICKY,	/* in a directory like /tmp, it is somebody else's file */
	BITS_OWNER,	/* only its owner may do this */
	BITS_IMMUTABLE, /* chattr +i or +a */
};

struct lsm_evidence {
	const char *call; /* its name */
	enum lsm_operation operation;
	int error;

	/* What the filters answer that we know, and whose decides (as in struct
	 * lsm_under). Which capabilities our default filter allows the call to. */
	uint32_t answer;
	bool answered;
	const char *whose;
	uint64_t allowed_with;
	int filters_before; /* how many there were when lsm began */

	/* Landlock: the rules of this lsm. */
	bool files_ruled, signals_scoped, sockets_scoped, any_rule;
	uint64_t missing; /* rights on missing_path that no rule gives */
	char missing_path[PATH_MAX];
	int port; /* a port, or -1; and whether it is a TCP port that no rule gives */
	bool port_missing;
	bool abstract;
	bool own_rules; /* the program has made rules of its own */
	bool one_mount; /* of rename and link: both directories are on the same */

	/* Permission bits, and the mount. */
	enum lsm_bits bits;
	char bits_path[PATH_MAX];
	mode_t mode;
	char owner[80]; /* "root:shadow" */
	char user[40];	/* "student", or "uid 1000" */
	bool noexec;
	char mount[PATH_MAX]; /* where what is read-only or noexec is mounted */

	/* Capabilities. */
	int capability; /* that the call may take, or -1 */
	bool has_capability;
	bool in_user_namespace;
	bool no_proc;	    /* nothing can be read of any process */
	bool closed;	    /* this one lets nobody read its memory */
	bool other_process; /* the path is one of /proc/PID of another process */

	/* Signals and tracing. */
	bool target_known, target_traced, target_ours;

	/* AppArmor's or SELinux's label, when one confines the process. */
	const char *module;
	char label[200];
};

struct lsm_verdict {
	char layer[80];		   /* "Landlock" */
	char text[PATH_MAX + 400]; /* what it looked at, and the option that would allow it */
	/* What would allow it: rights on the evidence's missing_path, or its port.
	 * For a line of options. */
	uint64_t rights;
	bool port;
};

/* bits.c: whether a process has a capability (a CAP_ number). */
bool lsm_who_has(const struct lsm_who *who, int capability);

/* The name of a user or group by a file like /etc/passwd or /etc/group; the
 * number when it has none. passwd(5), group(5) */
void lsm_name_of(const char *list, unsigned id, bool user, char *name, size_t size);

/* Asks the permission bits: fills in evidence->bits and what goes with it. */
void lsm_evidence_bits(const struct lsm_details *details, const struct lsm_who *who,
		       struct lsm_evidence *evidence);

/* Reads what there is to know. `own_rules`: the program has a Landlock ruleset
 * of its own. The process must be stopped. */
void lsm_evidence_read(const struct lsm_trace *trace, const struct lsm_call *call,
		       const struct lsm_details *details, const struct lsm_under *under,
		       struct lsm_evidence *evidence);

/* The part that is about seccomp: what the filter is that answered, and the
 * option that would allow the call. */
void lsm_denial_filter(const struct lsm_evidence *evidence, struct lsm_verdict *verdict);

/* Decides; returns false when it is no denial. Reads nothing of the machine. */
bool lsm_denial_decide(const struct lsm_evidence *evidence, struct lsm_verdict *verdict);

#endif
