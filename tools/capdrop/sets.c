/* sets.c: sets of capabilities, in names and in bits. See sets.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "file.h"
#include "memory.h"
#include "message.h"
#include "sets.h"

/* What Docker leaves a container: enough for a root of old habits to install
 * packages and start servers, and nothing that reaches the machine. */
static const char docker_set[] = "chown,dac_override,fowner,fsetid,kill,setgid,setuid,setpcap,"
				 "net_bind_service,net_raw,sys_chroot,mknod,audit_write,setfcap";

/* cap_to_name(3) gives "cap_chown"; without the prefix, into name. */
static void short_name(cap_value_t cap, char *name, size_t size)
{
	char *text = cap_to_name(cap);

	snprintf(name, size, "%s", text && strncmp(text, "cap_", 4) == 0 ? text + 4 : "?");
	cap_free(text);
}

static uint64_t all_known(void)
{
	unsigned bits = (unsigned)cap_max_bits();

	return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static _Noreturn void die_unknown(const char *word)
{
	static char names[64][32];
	const char *known[65] = { NULL };
	const char *close;

	for (cap_value_t cap = 0; cap < cap_max_bits() && cap < 64; cap++) {
		short_name(cap, names[cap], sizeof(names[cap]));
		known[cap] = names[cap];
	}
	close = closest(word, known);
	die("there is no capability '%.40s'%s%s%s [CAP-UNKNOWN]", word,
	    close ? "; did you mean " : "", close ? close : "; capabilities(7) lists them",
	    close ? "?" : "");
}

uint64_t sets_parse(const char *list)
{
	char *copy = copy_text(list), *save = NULL;
	uint64_t set = 0;

	for (char *word = strtok_r(copy, ", ", &save); word; word = strtok_r(NULL, ", ", &save)) {
		char full[64];
		cap_value_t cap;

		for (char *c = word; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (strcmp(word, "all") == 0) {
			set |= all_known();
			continue;
		}
		if (strncmp(word, "cap_", 4) == 0)
			word += 4;
		snprintf(full, sizeof(full), "cap_%.50s", word);
		if (cap_from_name(full, &cap) != 0)
			die_unknown(word);
		if (cap >= cap_max_bits())
			die("this kernel knows the capabilities 0 to %d, and %s is %d [CAP-KERNEL]",
			    cap_max_bits() - 1, word, cap);
		set |= UINT64_C(1) << cap;
	}
	free(copy);
	return set;
}

uint64_t sets_preset(const char *name)
{
	if (strcmp(name, "docker") == 0)
		return sets_parse(docker_set);
	if (strcmp(name, "none") == 0)
		return 0;
	if (strcmp(name, "all") == 0)
		return all_known();
	die("a preset is docker, none or all, not '%s'", name);
}

const char *sets_in_words(uint64_t set)
{
	static char texts[4][1024];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	size_t used = 0;

	if (set == 0)
		return "none";
	if (set == all_known())
		return "all";
	for (cap_value_t cap = 0; cap < 64 && used < sizeof(texts[0]) - 40; cap++) {
		char name[32];

		if (!(set >> cap & 1))
			continue;
		short_name(cap, name, sizeof(name));
		used += (size_t)snprintf(text + used, sizeof(texts[0]) - used, "%s%s",
					 used ? "," : "", name);
	}
	return text;
}

static uint64_t flag_bits(cap_t caps, cap_flag_t flag)
{
	uint64_t bits = 0;

	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		cap_flag_value_t value = CAP_CLEAR;

		if (cap_get_flag(caps, cap, flag, &value) == 0 && value == CAP_SET)
			bits |= UINT64_C(1) << cap;
	}
	return bits;
}

void sets_read_own(struct sets *sets, uint64_t bounding)
{
	cap_t caps = cap_get_proc();

	if (!caps)
		die_errno("cannot read our capabilities");
	sets->permitted = flag_bits(caps, CAP_PERMITTED);
	sets->effective = flag_bits(caps, CAP_EFFECTIVE);
	sets->inheritable = flag_bits(caps, CAP_INHERITABLE);
	cap_free(caps);
	sets->ambient = sets->bounding = 0;
	for (cap_value_t cap = 0; cap < cap_max_bits(); cap++) {
		uint64_t bit = UINT64_C(1) << cap;

		/* The kernel holds ambient within inheritable at all times. */
		if (sets->inheritable & bit && cap_get_ambient(cap) == 1)
			sets->ambient |= bit;
		if (bounding & bit && cap_get_bound(cap) == 1)
			sets->bounding |= bit;
	}
}

void sets_print(const char *process)
{
	static const char *const lines[][2] = {
		{ "CapPrm", "permitted  " }, { "CapEff", "effective  " },
		{ "CapInh", "inheritable" }, { "CapAmb", "ambient    " },
		{ "CapBnd", "bounding   " },
	};
	char path[64], text[4096];
	const char *at;

	if (strcmp(process, "self") != 0 && process[strspn(process, "0123456789")])
		die("--print takes the number of a process, not '%s'", process);
	snprintf(path, sizeof(path), "/proc/%.20s/status", process);
	if (read_file(path, text, sizeof(text)) < 0)
		die_errno("cannot read %s", path);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if ((at = find_field(text, lines[i][0])))
			printf("%s  %s\n", lines[i][1], sets_in_words(strtoull(at, NULL, 16)));
	at = find_field(text, "NoNewPrivs");
	printf("no_new_privs %s\n", at && *at == '1' ? "yes" : "no");
}
