/* why.h: from an errno and the machine's state to the reason and the fix.
 *
 * A refusal of the kernel's is one number. What it means can be read from
 * the machine: who we are, what confines us, which limit stands where. That
 * is done after the failure, and in two halves, so that the deciding half
 * can be tested without privilege by feeding it a state.
 *
 * What concerns one tool is decided in that tool's refusal.c; what concerns
 * the making and entering of all namespaces in why_namespace.c. */
#ifndef STRATA_WHY_H
#define STRATA_WHY_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

/* What is read of the machine for any failure. Numbers are -1 where they
 * can't be read. */
struct state {
	uid_t uid;
	unsigned long long effective; /* capabilities, as in /proc/self/status */
	unsigned long long bounding;
	int seccomp;		 /* 0 none, 1 strict, 2 filter */
	bool unshare_refused;	 /* even unshare(0), which asks for nothing */
	bool root_changed;	 /* our root is no mount point: chrooted */
	bool in_user_namespace;	 /* not in the first one */
	bool id_unmapped;	 /* and we have no user or group id in it */
	bool no_user_namespaces; /* this kernel has none */
	int threads;		 /* of this process */
	bool setgroups_denied;
	bool proc_visible;	  /* there is a /proc */
	bool owner_elsewhere;	  /* ns-ipc: our IPC namespace belongs to another user
					   namespace than ours; the other ns-* alike */
	int userns_clone;	  /* kernel.unprivileged_userns_clone */
	int apparmor_userns;	  /* kernel.apparmor_restrict_unprivileged_userns */
	long long namespaces_max; /* user.max_X_namespaces for the call's X */
	char namespaces_name[64]; /* that sysctl's name */
};

/* A text of several lines is printed with the further ones set in. */
struct reason {
	char id[24]; /* "NS-PRIV", as in the manual's DIAGNOSTICS */
	char why[1000];
	char fix[1000];
	char see[80];
};

/* Fill in the reason that a deciding function was given, named `reason`: id,
 * manual page, and the why as a printf(3) format; the fix as another. */
#define REASON(name, page, ...)                                  \
	(snprintf(reason->id, sizeof(reason->id), "%s", name),   \
	 snprintf(reason->see, sizeof(reason->see), "%s", page), \
	 snprintf(reason->why, sizeof(reason->why), __VA_ARGS__), true)
#define FIX(...) snprintf(reason->fix, sizeof(reason->fix), __VA_ARGS__)

/* What a tool with more to say, or something to take back, sets before its
 * steps (tool_start empties it). decide() is asked first: it tells from the
 * call as it stands in the source, its errno (0: it did not take effect) and
 * the state whether it knows the reason, and may read more of the machine.
 * undo() is called last, before a failed step ends the process: for what
 * outlives it, such as a cgroup. */
struct failing {
	bool (*decide)(const char *call, int error, const struct state *state,
		       struct reason *reason, void *argument);
	void (*undo)(void *argument);
	void *argument;
};
extern struct failing failing;

/* Whether that capability (a CAP_ number) is effective. */
bool why_has(const struct state *state, int capability);

/* Whether our namespace of that type, as under /proc/self/ns, belongs to
 * another user namespace than ours. ioctl_ns(2). */
bool why_owned_elsewhere(const char *type);

/* Fills *state from /proc. `call` tells which limits matter. */
void why_read_state(const char *call, struct state *state);

/* Decides why `call` (as it stands in the source) failed with `error` in that
 * state, for what is no one tool's own: namespaces, fork. Returns whether a
 * reason is known. Reads nothing of the machine. */
bool why_decide(const char *tool, const char *call, int error, const struct state *state,
		struct reason *reason);

/* Adds the lines of a reason, "  why: ...", "  fix: ...", "  see: ...", to a
 * text: what has no fix has no such line. A why is broken into lines of up to 100 columns. */
void why_add(char *text, size_t size, const struct reason *reason);

/* Says "TOOL: cannot PHRASE: ...", the call, the reason, the fix; ends with
 * 125. errno is the call's. */
_Noreturn void why_die(const char *call, const char *phrase);

/* The same for what is refused before any call is made, such as a wrong
 * value: "TOOL: MESSAGE [ID]", the why, the fix. */
_Noreturn void why_refuse(const struct reason *reason, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same, with another exit status. */
_Noreturn void why_end(int status, const struct reason *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for the program at the end of the chain: word is how it was
 * asked for, file what was found, or "". Ends with 126 or 127. */
_Noreturn void why_die_program(const char *word, const char *file);

#endif
