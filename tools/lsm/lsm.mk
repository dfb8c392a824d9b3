# The default seccomp filters are compiled when Strata is built: the generator,
# linked with libseccomp, writes them as C arrays. See generate/generate.c.

build/lsm/generate: tools/lsm/generate/generate.c tools/lsm/filter.c tools/lsm/search.c \
		tools/lsm/call_names.c tools/lsm/profile.c tools/common/message.c \
		$(HEADERS) Makefile tools/lsm/lsm.mk
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^) -lseccomp

build/lsm/filters.h: build/lsm/generate
	build/lsm/generate >$@.new
	mv $@.new $@

build/lsm/%.o build/fused/lsm/%.o: ALL_CFLAGS += -Ibuild/lsm
build/lsm/seccomp.o build/fused/lsm/seccomp.o: build/lsm/filters.h
