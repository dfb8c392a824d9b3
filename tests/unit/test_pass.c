/* Descriptors through a socket: what comes is the same open file, and what was not to
 * come is taken by nobody and stays open nowhere. */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pass.h"

static int ends[2];

static int setup(void **state)
{
	(void)state;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	return close(ends[1]);
}

static unsigned count_open(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static void assert_same_file(int one, int other)
{
	struct stat a, b;

	assert_int_equal(fstat(one, &a), 0);
	assert_int_equal(fstat(other, &b), 0);
	assert_int_equal(a.st_dev, b.st_dev);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(a.st_rdev, b.st_rdev);
}

static void test_two_come_as_they_went(void **state)
{
	int sent[2] = { open("/dev/null", O_RDONLY), open("/dev/zero", O_RDONLY) }, got[2];
	char byte = 0;

	(void)state;
	assert_int_equal(pass_descriptors(ends[0], 'x', sent, 2), 0);
	assert_int_equal(take_descriptors(ends[1], &byte, got, 2), 0);
	assert_int_equal(byte, 'x');
	for (int i = 0; i < 2; i++) {
		assert_same_file(sent[i], got[i]);
		assert_int_not_equal(sent[i], got[i]);
		assert_int_equal(fcntl(got[i], F_GETFD), FD_CLOEXEC);
		close(sent[i]);
		close(got[i]);
	}
}

/* Sends `sent` descriptors to somebody who expects `expected`. */
static void refuses(size_t sent, size_t expected)
{
	int null = open("/dev/null", O_RDONLY), fds[] = { null, null }, got[] = { -1, -1 };
	unsigned before = count_open();
	char byte;

	if (sent > 0)
		assert_int_equal(pass_descriptors(ends[0], 'x', fds, sent), 0);
	else
		assert_int_equal(send(ends[0], "x", 1, 0), 1);
	errno = 0;
	assert_int_equal(take_descriptors(ends[1], &byte, got, expected), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(got[0], -1);
	assert_int_equal(count_open(), before);
	close(null);
}

static void test_another_number_is_refused(void **state)
{
	(void)state;
	refuses(2, 1);
	refuses(1, 2);
	refuses(0, 1);
}

static void test_more_than_there_is_room_for_is_refused(void **state)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(9 * sizeof(int))];
	} control = { .room = "" };
	struct iovec part = { "x", 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int null = open("/dev/null", O_RDONLY), fds[9], got[2];
	unsigned before = count_open();
	char byte;

	(void)state;
	for (int i = 0; i < 9; i++)
		fds[i] = null;
	control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fds)),
					   .cmsg_level = SOL_SOCKET,
					   .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.header), fds, sizeof(fds));
	assert_int_equal(sendmsg(ends[0], &message, 0), 1);
	assert_int_equal(take_descriptors(ends[1], &byte, got, 2), -1);
	assert_int_equal(errno, EBADMSG);
	assert_int_equal(count_open(), before);
	close(null);
}

static void test_a_closed_end_is_told_from_a_wrong_message(void **state)
{
	int got[1];
	char byte;

	(void)state;
	close(ends[0]);
	assert_int_equal(take_descriptors(ends[1], &byte, got, 1), -1);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(pass_descriptors(ends[1], 'x', (int[]){ 0 }, 1), -1);
	assert_int_equal(errno, EPIPE);
	ends[0] = dup(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_two_come_as_they_went, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_number_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_than_there_is_room_for_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_closed_end_is_told_from_a_wrong_message,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("pass", tests, NULL, NULL);
}
