/* A config.json that was changed at random, many times: the reader says no, or
 * makes a chain of it, and never crashes (the unit tests run under the address
 * and undefined-behavior sanitizers).
 *
 * FUZZ_SECONDS says for how long (10), FUZZ_SEED where to begin: the same seed
 * changes the same things. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../tools/cgroup/cgroup.h"
#include "../../tools/compose-run/bundle.h"
#include "unit.h"

/* In place of the C library's: the examples are root's. */
uid_t geteuid(void)
{
	return 0;
}

#define BATCH 200
#define ROOM 65536

bool cgroup_can_create(char *why, size_t size)
{
	(void)why, (void)size;
	return true;
}

/* die() ends the process; here it ends one text. Linked with --wrap=_Exit. */
static jmp_buf next_text;

_Noreturn void __wrap__Exit(int status);
_Noreturn void __wrap__Exit(int status)
{
	if (status != 125)
		abort();
	longjmp(next_text, 1);
}

/* Two: not all can be asked for together. */
static char examples[2][ROOM];
static const char *example = examples[0];

static unsigned any(unsigned below)
{
	return (unsigned)rand() % below;
}

/* ---- changes to the text ---- */

static size_t put(char *text, size_t size, size_t at, size_t cut, const char *new, size_t length)
{
	if (at > size)
		at = size;
	if (cut > size - at)
		cut = size - at;
	if (size - cut + length > ROOM / 2)
		return size;
	memmove(text + at + length, text + at + cut, size - at - cut);
	memcpy(text + at, new, length);
	return size - cut + length;
}

static size_t change_text(char *text, size_t size)
{
	static const char *const bits[] = {
		"\"",
		"\\",
		"{",
		"}",
		"[",
		"]",
		",",
		":",
		"null",
		"true",
		"-1",
		"0",
		"1e9",
		"\\u0000",
		"\\ud800",
		"\n",
		"..",
		"/",
		"%s%n",
		"=",
		"18446744073709551615",
		"-9223372036854775808",
		"9223372036854775808",
		"\xff",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
		"\"a\":1,",
		"4294967295",
	};
	const char *bit = bits[any(sizeof(bits) / sizeof(*bits))];
	char copy[256];
	size_t from = any((unsigned)size + 1), length = any(sizeof(copy));

	switch (any(5)) {
	case 0:
		if (size)
			text[any((unsigned)size)] ^= (char)(1 << any(8));
		return size;
	case 1: return put(text, size, from, length / 8, "", 0);
	case 2: return put(text, size, from, 0, bit, strlen(bit));
	case 3: return put(text, size, from, any(20), bit, strlen(bit));
	default:
		/* A part of it, once more elsewhere. */
		if (from + length > size)
			length = size - from;
		memcpy(copy, text + from, length);
		return put(text, size, any((unsigned)size + 1), any(2) * length, copy, length);
	}
}

/* ---- changes to the values, so that it stays JSON ---- */

static json_t *any_value(void)
{
	switch (any(12)) {
	case 0: return json_null();
	case 1: return json_true();
	case 2: return json_false();
	case 3: return json_array();
	case 4: return json_object();
	case 5: return json_string("");
	case 6: return json_string("/../a,b=c:d\n%s");
	case 7: return json_string("CAP_SYS_ADMIN");
	case 8: return json_integer(-1);
	case 9: return json_integer((json_int_t)((uint64_t)any(3) << any(63)));
	case 10: return json_real(1.5);
	default: return json_pack("[{s:s, s:i}]", "type", "c", "allow", 1);
	}
}

/* Changes something in or below a value. Returns whether it did. */
static bool change_value(json_t *value)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (json_is_object(value)) {
		size_t n = any((unsigned)json_object_size(value) + 1);

		json_object_foreach(value, key, inner)
		{
			if (n-- > 0)
				continue;
			if (any(3) && change_value(inner))
				return true;
			if (any(4) == 0)
				return json_object_del(value, key) == 0;
			return json_object_set_new(value, key, any_value()) == 0;
		}
	}
	json_array_foreach(value, i, inner)
	{
		if (any(2))
			continue;
		if (any(3) && change_value(inner))
			return true;
		return any(2) ? json_array_set_new(value, i, any_value()) == 0
			      : json_array_append(value, inner) == 0;
	}
	return false;
}

static size_t change_values(char *text, size_t size)
{
	json_t *root = json_loadb(text, size, 0, NULL);
	char *changed;

	if (!root)
		return size;
	change_value(root);
	changed = json_dumps(root, JSON_ENCODE_ANY);
	if (changed && strlen(changed) < ROOM / 2) {
		size = strlen(changed);
		memcpy(text, changed, size);
	}
	free(changed);
	json_decref(root);
	return size;
}

/* ---- */

/* The example, changed in one to four places, in memory of its own length, so
 * that a byte behind it is seen. */
static char *changed_text(size_t *size)
{
	static char work[ROOM];
	char *text;

	*size = strlen(example);
	memcpy(work, example, *size);
	for (unsigned n = 1 + any(4); n > 0; n--)
		*size = any(3) ? change_values(work, *size) : change_text(work, *size);
	text = malloc(*size ? *size : 1);
	if (!text)
		abort();
	return memcpy(text, work, *size);
}

/* Tries so many texts. What they leave in memory goes with the process. */
static void try_batch(unsigned seed)
{
	static char *none[] = { NULL };
	static struct bundle bundle;
	static struct chain chain;
	volatile unsigned made = 0;

	srand(seed);
	example = examples[seed % 2];
	for (volatile int i = 0; i < BATCH; i++) {
		if (setjmp(next_text) == 0) {
			size_t size;
			char *text = changed_text(&size);

			bundle_parse("/b/config.json", text, size, &bundle);
			bundle_chain(&bundle, none, &chain);
			made++;
		}
	}
	/* If none came through, only the first check would be tried. */
	_exit(made > 0 ? 0 : 1);
}

static void survives_any_text(void **state)
{
	const char *seconds = getenv("FUZZ_SECONDS"), *first = getenv("FUZZ_SEED");
	unsigned seed = first ? (unsigned)atoi(first) : (unsigned)time(NULL), batches = 0;
	time_t end = time(NULL) + (seconds ? atoi(seconds) : 10);
	int quiet = open("/dev/null", O_WRONLY);

	(void)state;
	assert_true(quiet >= 0);
	do {
		int status;
		pid_t child;

		fflush(stdout);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			/* A seed that was given is looked at by somebody. */
			if (!first)
				dup2(quiet, 2);
			try_batch(seed);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		if (status != 0)
			fail_msg("status %d: run it again with FUZZ_SEED=%u", status, seed);
		seed++;
		batches++;
	} while (time(NULL) < end);
	print_message("%u texts\n", batches * BATCH);
	close(quiet);
}

static int read_examples(void **state)
{
	static const char *const names[] = { "tests/unit/bundle.json",
					     "tests/unit/bundle_hooks.json" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		FILE *file = fopen(names[i], "re");
		size_t n = file ? fread(examples[i], 1, ROOM - 1, file) : 0;

		if (n == 0 || fclose(file) != 0)
			return 1;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(survives_any_text),
	};

	return cmocka_run_group_tests_name("bundle_fuzz", tests, read_examples, NULL);
}
