/* store.h: what is known of containers that go on by themselves (-d).
 *
 * Each has a directory of its own, in /run/strata or, for an ordinary user, in
 * $XDG_RUNTIME_DIR/strata; both are gone after a reboot, as the containers are.
 *
 *	lock        locked by the container's shim as long as that lives, fcntl(2)
 *	state.json  in the form of the OCI runtime-spec ("State")
 *	exit        the exit status; blanks until then, so that writing it takes
 *	            no space of a disk that may be full
 *	log         what the container prints; none in the foreground
 *	attach      a socket, by which one gets its terminal (hold.h)
 *	links.json  the links that confine another program in it (exec)
 *	seccomp.json  the profile that the filter was made from, if it was a file
 */
#ifndef STRATA_STORE_H
#define STRATA_STORE_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#define STORE_NAME_MAX 64

enum store_status {
	STORE_CREATING, /* the shim lives, and the program does not run yet */
	STORE_RUNNING,
	STORE_STOPPED, /* `exit_status` is the program's */
	STORE_LOST,    /* the shim was killed: nobody knows how the program ended */
};

struct stored {
	char name[STORE_NAME_MAX + 1];
	int directory; /* its directory, open */
	enum store_status status;
	pid_t pid;		  /* the program's, in our PID namespace */
	unsigned long long start; /* when that process began, in clock ticks: proc_pid_stat(5) */
	char boot[40];		  /* and since which start of the machine these are counted */
	time_t created;
	int exit_status;
	char command[200];
	bool own_cgroup; /* it was made for the container */
};

/* Whether it is a name as docker takes it: letters, digits, and behind the first
 * of them also _ . and -. */
bool store_name_is_good(const char *name);

/* The same; ends with 125 when it is none. */
void store_check_name(const char *name);

/* Takes a name for a new container, and the lock, for as long as this process
 * lives. Returns the directory. Ends with 125 when the name is in use. What is
 * left of one that was never finished is no use. */
int store_claim(const char *name);

/* Writes a file of a container whole, or leaves the old one as it is. Returns 0,
 * or -1 with errno. */
int store_write(int directory, const char *file, const char *text);

/* The path of its directory. */
void store_path(const struct stored *stored, char *path, size_t size);

/* Writes state.json. Returns 0, or -1 with errno. */
int store_write_state(const struct stored *stored);

/* Fills in what state.json says. Returns whether it could be read. */
bool store_read_state(struct stored *stored);

/* What the file "exit" holds until then. */
#define STORE_NO_EXIT "   \n"

/* Keeps the exit status; writes over blanks. Returns 0, or -1 with errno. */
int store_write_exit(int directory, int status);

/* Looks a container up. Ends with 125 when there is none of that name. */
void store_find(const char *name, struct stored *stored);

/* The same; returns false when there is none, or none any more. */
bool store_look(const char *name, struct stored *stored);

/* Waits until its shim has ended, and looks again; also when that removes it. */
void store_wait(struct stored *stored);

/* Whether the program is there, and no other that has got its number. One that
 * has refused to be killed with its shim still is when that is lost. */
bool store_is_alive(const struct stored *stored);

/* The same, also when it has ended and nobody has fetched it. */
bool store_is_there(const struct stored *stored);

/* For its own shim, before the program runs: removes it, and ends with 125: "cannot
 * WHAT of the container 'NAME'", and errno. */
_Noreturn void store_give_up(int directory, const char *name, const char *what);

/* Removes it. Ends with 125 when it runs, or can't be removed. */
void store_remove(const struct stored *stored);
/* The same for its own shim, which holds the lock. */
void store_remove_own(int directory, const char *name);

/* The names of all containers, sorted, ended by NULL. */
char **store_names(void);

/* A word of any bytes as text that JSON can hold: each byte is the character of
 * that number (Latin-1, in UTF-8); and back. New strings. */
char *store_encode(const char *word);
char *store_decode(const char *text);

/* When a process began; 0 when there is none, or it has ended. */
unsigned long long store_start_of(pid_t pid);

#endif
