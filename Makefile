# Strata. `make run` and `make test` are all that a new user needs: both
# install what is missing, or print the line that does.

VERSION = 0.1
PREFIX = /usr/local
CC = gcc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wwrite-strings
HARDENING = -fstack-protector-strong -D_FORTIFY_SOURCE=2
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Itools/common \
	$(WARNINGS) $(HARDENING) $(CFLAGS)
LINK = $(CC) $(CFLAGS) -static -Wl,-z,relro,-z,now,-z,noexecstack $(LDFLAGS)

# Packages of Debian and Ubuntu.
BUILD_NEEDS = gcc libc6-dev libcap-dev libseccomp-dev libjansson-dev
RUN_NEEDS = procps iproute2
TEST_NEEDS = bats libcmocka-dev strace busybox-static python3 procps iproute2 \
	libcap2-bin mandoc clitest uidmap iputils-ping nftables iptables \
	passt slirp4netns
LAB_NEEDS = $(sort $(shell sed -n "s/^packages='\(.*\)'/\1/p" lab/*/check.sh))
COURSE_NEEDS = pandoc mandoc
CHECK_NEEDS = clang-format clang-tidy cppcheck shellcheck mandoc

TOOLS = ns-pid ns-uts ns-mnt ns-ipc ns-net ns-user chroot cgroup capdrop lsm
HEADERS = $(wildcard tools/*/*.h)
COMMON = $(filter-out %/links.c %/nolinks.c %/carrier.c,$(wildcard tools/common/*.c))
common = $(COMMON:tools/%.c=build/%.o)
objects = $(patsubst tools/%.c,build/%.o,$(wildcard tools/$(1)/*.c))
fused = $(patsubst tools/%.c,build/fused/%.o,$(wildcard $(TOOLS:%=tools/%/*.c)))

all: headers $(TOOLS:%=bin/%) bin/compose-run build/completion/strata.bash

# Who lacks a library is told the line that installs it, first of all.
headers:
	@printf '%s\n' '#include <sys/capability.h>' '#include <seccomp.h>' '#include <jansson.h>' | \
		$(CC) -E -o /dev/null - 2>/dev/null || lab/need --print $(BUILD_NEEDS)

# Each tool is one static program that works alone, wherever it is copied.
define tool
bin/$(1): $(call objects,$(1)) build/common/nolinks.o build/libcommon.a
	@mkdir -p bin
	$$(LINK) -o $$@ $$^ $$(LIBS_$(1))
endef
LIBS_capdrop = -lcap
LIBS_lsm = -lseccomp -ljansson
$(foreach t,$(filter-out chroot,$(TOOLS)),$(eval $(call tool,$(t))))

# chroot and compose-run carry the ten inside (tools/common/links.c), and the
# links that compose-run adds to them.
bin/chroot: build/common/carrier.o $(patsubst tools/%.c,build/%.o,$(wildcard tools/compose-run/link_*.c))
bin/compose-run: $(call objects,compose-run)
bin/chroot bin/compose-run: $(fused) build/common/links.o build/libcommon.a
	@mkdir -p bin
	$(LINK) -o $@ $^ -lcap $(LIBS_lsm)

build/libcommon.a: $(common)
	rm -f $@; ar rcs $@ $^

-include tools/lsm/lsm.mk

build/%.o: tools/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# main() of ns-pid.c becomes ns_pid_main(), and so on.
build/fused/%.o: tools/%.c $(HEADERS) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Dmain=$(subst -,_,$(notdir $*))_main -c -o $@ $<

build/completion/strata.bash: tools/common/completion $(TOOLS:%=bin/%) bin/compose-run
	tools/common/completion bin $(@D)

# Says that it takes a while, if it does, and compiles as much at once as there
# are processors (unless -j says otherwise): $(call build,WHAT,FILES,TARGETS).
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
define build
	@$(MAKE) -q $(2) 2>/dev/null || echo 'make: building $(1)' >&2
	@$(MAKE) --no-print-directory -s $(JOBS) $(3)
endef

run:
	@lab/need $(BUILD_NEEDS) $(RUN_NEEDS)
	$(call build,the commands: half a minute or so,bin/chroot bin/compose-run,all)
	@lab/first-run

test: test-needs
	@tests/run
test-%: test-needs
	@tests/run $*
test-needs:
	@lab/need $(sort $(BUILD_NEEDS) $(TEST_NEEDS) $(MORE_NEEDS))
	$(call build,the commands: half a minute or so,bin/chroot bin/compose-run,all)
	$(call build,the unit tests: half a minute or so,-f tests/unit/unit.mk,-f tests/unit/unit.mk)

# The labs about other people's engines as well, and each of the others left at
# every step.
test-labs-all: MORE_NEEDS = $(LAB_NEEDS)
test-labs-all: test-needs
	@STRATA_LABS_ALL=yes tests/run labs
	@tests/labs/stopped $(shell grep -L '^daemons=yes' lab/*/check.sh | cut -d / -f 2)

test-vm: all
	@tests/vm/test-vm $(MACHINES)
bench: all
	@tests/bench/bench

course:
	@lab/need $(BUILD_NEEDS) $(COURSE_NEEDS)
	$(call build,the commands: half a minute or so,bin/chroot bin/compose-run,all)
	@lab/course build/course

check:
	@lab/need $(sort $(BUILD_NEEDS) $(CHECK_NEEDS))
	@tests/check

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install bin/* $(DESTDIR)$(PREFIX)/bin
	install -m 644 tools/*/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	for t in $(TOOLS) compose-run; do install -m 644 build/completion/strata.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$t; done
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 644 build/completion/_strata $(DESTDIR)$(PREFIX)/share/zsh/site-functions

uninstall:
	cd $(DESTDIR)$(PREFIX) && rm -f $(TOOLS:%=bin/%) bin/compose-run \
		$(TOOLS:%=share/man/man1/%.1) share/man/man1/compose-run.1 \
		$(TOOLS:%=share/bash-completion/completions/%) \
		share/bash-completion/completions/compose-run share/zsh/site-functions/_strata

clean:
	rm -rf bin build

.PHONY: all headers run test test-needs test-labs-all test-vm bench course check install uninstall clean
