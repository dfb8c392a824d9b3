# The default seccomp filters are compiled when Strata is built: the generator,
# linked with libseccomp, writes them as C arrays. See generate/generate.c.

build/lsm/generate: $(wildcard tools/lsm/generate/*.c) tools/lsm/filter.c tools/lsm/profile.c \
		tools/common/message.c tools/lsm/generate/compact.h $(HEADERS) Makefile tools/lsm/lsm.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lseccomp

build/lsm/filters.h: build/lsm/generate
	build/lsm/generate >$@.new
	mv $@.new $@

build/lsm/%.o build/fused/lsm/%.o: ALL_CFLAGS += -Ibuild/lsm
build/lsm/seccomp.o build/fused/lsm/seccomp.o: build/lsm/filters.h
