/* sets.c: sets of capabilities, in names and in bits. See sets.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>

#include "chain.h"
#include "file.h"
#include "memory.h"
#include "message.h"
#include "paste.h"
#include "sets.h"
#include "why.h"

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

/* The command line with another word in place of the one at `start` in a list,
 * which is a part of the line; or "". */
static const char *line_with(const char *list, size_t start, size_t length, const char *right)
{
	char **words, *typed;
	size_t n = 0, i = 0;

	while (tool_words && tool_words[n])
		n++;
	/* What a link inside compose-run was called with, nobody has typed. */
	if (chain_name || !n)
		return "";
	words = resize(NULL, n + 1, sizeof(*words));
	memcpy(words, tool_words, (n + 1) * sizeof(*words));
	while (i < n && !(list >= words[i] && list <= words[i] + strlen(words[i])))
		i++;
	if (i == n)
		return "";
	typed = words[i];
	words[i] = print_text("%.*s%s%s", (int)(list - typed + (ptrdiff_t)start), typed, right,
			      list + start + length);
	tool_words = words;
	return paste_line(NULL, NULL);
}

static _Noreturn void refuse_unknown(const char *list, size_t start, const char *word)
{
	static char names[64][32];
	const char *known[65] = { NULL };
	struct reason refusal = { 0 }, *reason = &refusal;
	bool prefixed = strncmp(word, "cap_", 4) == 0;
	const char *close;

	for (cap_value_t cap = 0; cap < cap_max_bits() && cap < 64; cap++) {
		short_name(cap, names[cap], sizeof(names[cap]));
		known[cap] = names[cap];
	}
	close = closest(prefixed ? word + 4 : word, known);
	if (close) {
		const char *line = line_with(list, start, strlen(word), close);

		FIX("did you mean %s?%s%s", close, *line ? "  " : "", line);
	}
	(void)REASON("CAP-UNKNOWN", "capabilities(7)",
		     "it is none of the %d names that capabilities have here, with or without CAP_",
		     cap_max_bits());
	why_refuse(reason, "there is no capability '%.40s'", word);
}

static _Noreturn void refuse_new(const char *word, cap_value_t cap)
{
	struct reason refusal = { 0 }, *reason = &refusal;

	FIX("leave it out, as it does not exist here: what it stands for is in an older one");
	(void)REASON("CAP-KERNEL", "capabilities(7)",
		     "this kernel knows the capabilities 0 to %d, and %s is number %d",
		     cap_max_bits() - 1, word, cap);
	why_refuse(reason, "the capability %s is newer than this kernel", word);
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
		snprintf(full, sizeof(full), "cap_%.50s",
			 word + (strncmp(word, "cap_", 4) == 0 ? 4 : 0));
		if (cap_from_name(full, &cap) != 0)
			refuse_unknown(list, (size_t)(word - copy), word);
		if (cap >= cap_max_bits())
			refuse_new(word, cap);
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

const char *sets_in_fewest(uint64_t set)
{
	static char texts[4][1100];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	uint64_t missing = all_known() & ~set;
	bool fewer = missing && __builtin_popcountll(missing) < __builtin_popcountll(set);

	snprintf(text, sizeof(texts[0]), "%s%s", fewer ? "all but " : "",
		 sets_in_words(fewer ? missing : set));
	return text;
}

const char *sets_in_short(uint64_t set)
{
	static char texts[4][100];
	static unsigned turn;
	char *text = texts[turn++ % 4];
	uint64_t all = all_known();

	if (__builtin_popcountll(set) <= 3 || set == all)
		snprintf(text, sizeof(texts[0]), "%s", sets_in_words(set));
	else if (__builtin_popcountll(all & ~set) <= 2)
		snprintf(text, sizeof(texts[0]), "all but %s", sets_in_words(all & ~set));
	else
		snprintf(text, sizeof(texts[0]), "%d of %d", __builtin_popcountll(set),
			 __builtin_popcountll(all));
	return text;
}

uint64_t sets_of(cap_t caps, cap_flag_t flag)
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
	sets->permitted = sets_of(caps, CAP_PERMITTED);
	sets->effective = sets_of(caps, CAP_EFFECTIVE);
	sets->inheritable = sets_of(caps, CAP_INHERITABLE);
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

bool sets_read(const char *process, struct sets *sets, bool *no_new_privs)
{
	struct {
		const char *name;
		uint64_t *set;
	} fields[] = {
		{ "CapPrm", &sets->permitted },	  { "CapEff", &sets->effective },
		{ "CapInh", &sets->inheritable }, { "CapAmb", &sets->ambient },
		{ "CapBnd", &sets->bounding },
	};
	char path[64], text[4096];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%.20s/status", process);
	if (read_file(path, text, sizeof(text)) < 0)
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		at = find_field(text, fields[i].name);
		*fields[i].set = at ? strtoull(at, NULL, 16) : 0;
	}
	at = find_field(text, "NoNewPrivs");
	*no_new_privs = at && *at == '1';
	return true;
}

void sets_print(const char *process)
{
	struct sets sets;
	bool no_new_privs;

	if (strcmp(process, "self") != 0 && process[strspn(process, "0123456789")])
		die("--print takes the number of a process, not '%s'", process);
	if (!sets_read(process, &sets, &no_new_privs))
		die_errno("cannot read /proc/%s/status", process);
	printf("permitted    %s\n", sets_in_fewest(sets.permitted));
	printf("effective    %s\n", sets_in_fewest(sets.effective));
	printf("inheritable  %s\n", sets_in_fewest(sets.inheritable));
	printf("ambient      %s\n", sets_in_fewest(sets.ambient));
	printf("bounding     %s\n", sets_in_fewest(sets.bounding));
	printf("no_new_privs %s\n", no_new_privs ? "yes" : "no");
}
