/* test_trace.c: events of a process and of one that it forked. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace.h"
#include "unit.h"

#define EVENTS 2000

/* A forked process has the parent's open file: their events must not land on
 * one another. Each is a line of its own. */
static void parent_and_child_write_one_array(void **state)
{
	char path[] = "/tmp/strata-trace-XXXXXX", line[512];
	int fd = mkstemp(path), status, events = 0, i;
	FILE *file;
	pid_t child;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	setenv("STRATA_TRACE", path, 1);
	trace_open();
	unsetenv("STRATA_TRACE");
	child = fork();
	for (i = 0; i < EVENTS; i++) {
		trace_begin();
		trace_end(child ? "call of the parent" : "call", "a phrase", 0);
	}
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);

	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_string_equal(line, "[\n");
	while (fgets(line, sizeof line, file) && line[0] == '{') {
		assert_int_equal(strncmp(line, "{\"ph\":\"X\",", 10), 0);
		assert_non_null(strstr(line, "\"args\":{\"to\":\"a phrase\"}}"));
		events++;
	}
	assert_string_equal(line, "]\n");
	assert_int_equal(events, 2 * EVENTS);
	fclose(file);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parent_and_child_write_one_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
