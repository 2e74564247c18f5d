package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// mostBytes is what an image may hold.
const mostBytes = 20_000_000

// The image is put together and run without an engine: its program built by the
// Dockerfile's command, alone with the licences in a root that cannot be written, as the
// user and with the environment that the Dockerfile names. It takes a build, so it is
// asked for by ESIMSIM_IMAGE.
func TestImage(t *testing.T) {
	t.Parallel()
	if os.Getenv("ESIMSIM_IMAGE") == "" {
		t.Skip("ESIMSIM_IMAGE is not set: make image-check")
	}
	im := dockerfile(t)
	c := container{image: im, root: assemble(t, im)}
	t.Run("writes nothing", func(t *testing.T) {
		t.Parallel()
		c := c
		if c.confine(t); !c.confined {
			t.Skip("it may write what the test may")
		}
		out, err := c.command(t, "127.0.0.1:0", append(im.entry, "exec", "--report", "/met.html", "--", "/esimsim", "version")...).CombinedOutput()
		why := "permission denied"
		if c.readOnly {
			why = "read-only file system"
		}
		if err == nil || !bytes.Contains(out, []byte("/met.html")) || !bytes.Contains(out, []byte(why)) {
			t.Errorf("a file could be written: %v: %s", err, out)
		}
	})
	t.Run("serves", func(t *testing.T) {
		t.Parallel()
		c := c
		c.confine(t)
		c.serve(t)
	})
	t.Run("takes little memory", func(t *testing.T) {
		t.Parallel()
		c.weigh(t)
	})
}

// mostMemory is what the program may hold resident before it is asked for anything.
const mostMemory = 30_000_000

// weigh starts what the image runs, and asks the kernel what it takes once it has settled:
// to read the documents takes more for a moment. It is for two processors, as each has a
// store of its own.
func (c *container) weigh(t *testing.T) {
	t.Helper()
	log, done := &watched{more: make(chan struct{})}, make(chan struct{})
	served := c.command(t, "127.0.0.1:0", c.entry...)
	served.Env = append(served.Env, "GOMAXPROCS=2", "ESIMSIM_LOG_LEVEL=debug")
	served.Stderr = log
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = served.Wait(); close(done) }()
	t.Cleanup(func() { _ = served.Process.Kill(); <-done })
	if log.find(regexp.MustCompile("msg=settled\n"), done) == nil {
		text, _ := log.read()
		t.Fatalf("it ended: %s", text)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", served.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	sizes := regexp.MustCompile(`(VmHWM|VmRSS|RssAnon|RssFile):\s+(\d+) kB`).FindAllStringSubmatch(string(status), -1)
	if len(sizes) != 4 || sizes[1][1] != "VmRSS" {
		t.Fatalf("%s", status)
	}
	kib, err := strconv.Atoi(sizes[1][2])
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		t.Logf("%10s kB %s", size[2], size[1])
	}
	if n := kib << 10; n > mostMemory {
		t.Errorf("%d bytes are resident, and at most %d may be", n, mostMemory)
	}
}

// serve starts what the image runs, asks after its health, and stops it.
func (c *container) serve(t *testing.T) {
	t.Helper()
	out, done := &watched{more: make(chan struct{})}, make(chan struct{})
	var logged bytes.Buffer
	served := c.command(t, "0.0.0.0:0", c.entry...)
	served.Stdout, served.Stderr = out, &logged
	if err := served.Start(); err != nil {
		t.Fatal(err)
	}
	var ended error
	go func() { ended = served.Wait(); close(done) }()
	t.Cleanup(func() { <-done })
	at := out.find(origin, done)
	if at == nil {
		t.Fatalf("it ended: %v: %s", ended, logged.String())
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(at[1], "http://"), ":")
	c.check(t, served.Process.Pid)

	healthy := func() error { return c.command(t, "0.0.0.0:"+port, c.health...).Run() }
	if err := healthy(); err != nil {
		t.Errorf("the health check of what serves: %v", err)
	}
	if err := served.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if <-done; ended != nil {
		t.Errorf("SIGTERM ends it with %v: %s", ended, logged.String())
	}
	var exit *exec.ExitError
	if err := healthy(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("the health check of what has ended: %v", err)
	}
}

// assemble makes the root of the image in a folder, and weighs it.
func assemble(t *testing.T, im image) (root string) {
	t.Helper()
	root = t.TempDir()
	ours, total := "../..", 0
	for _, file := range im.files {
		to := filepath.Join(root, filepath.Base(file))
		if file == "/esimsim" {
			build := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(im.build, "-o "+file+" ", "-o "+to+" ", 1))
			build.Dir = ours
			if out, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", build, err, out)
			}
		}
		if name, ok := strings.CutPrefix(file, "/src/"); ok {
			data, err := os.ReadFile(filepath.Join(ours, name))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(to, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(to)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%10d bytes %s", info.Size(), filepath.Base(file))
		total += int(info.Size())
	}
	t.Logf("%10d bytes in the image: %.2f MB, %.2f MiB", total, float64(total)/1e6, float64(total)/(1<<20))
	if total >= mostBytes {
		t.Errorf("the image holds %d bytes, and may hold less than %d", total, mostBytes)
	}
	return root
}

// A container is what runs from an image. Without the rights of root it is not confined,
// but runs as whoever runs the test.
type container struct {
	image
	root     string
	uid, gid uint32
	confined bool // to the root, as the user of the image
	readOnly bool // by a mount, and not just since nothing there is the user's own
}

// confine sets up what the rights of the test allow. It keeps the thread of the test, and
// with it a view of the file system in which the root cannot be written, until the test
// is over: a thread that was never given back ends with its goroutine.
func (c *container) confine(t *testing.T) {
	t.Helper()
	uid, gid, _ := strings.Cut(c.user, ":")
	u, errU := strconv.ParseUint(uid, 10, 32)
	g, errG := strconv.ParseUint(gid, 10, 32)
	if err := errors.Join(errU, errG); err != nil {
		t.Fatal(err)
	}
	c.uid, c.gid = uint32(u), uint32(g)
	if c.confined = os.Geteuid() == 0; !c.confined {
		t.Logf("not root: run as user %d, with the whole file system", os.Geteuid())
		return
	}
	runtime.LockOSThread()
	err := syscall.Unshare(syscall.CLONE_NEWNS)
	if errors.Is(err, syscall.EPERM) {
		t.Log("no right to mount: the root is only another user's")
		return
	}
	for _, m := range []struct {
		from, to string
		flags    uintptr
	}{
		{"", "/", syscall.MS_PRIVATE | syscall.MS_REC},
		{c.root, c.root, syscall.MS_BIND},
		{"", c.root, syscall.MS_BIND | syscall.MS_REMOUNT | syscall.MS_RDONLY},
	} {
		if err == nil {
			err = syscall.Mount(m.from, m.to, "", m.flags, "")
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	c.readOnly = true
}

// command runs a program of the image, which listens or asks there.
func (c *container) command(t *testing.T, listen string, words ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), words[0], words[1:]...)
	for _, v := range c.env {
		cmd.Env = append(cmd.Env, strings.Replace(v, "=0.0.0.0:"+c.port, "="+listen, 1))
	}
	if c.confined {
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: c.root, Credential: &syscall.Credential{Uid: c.uid, Gid: c.gid}}
		return cmd
	}
	cmd.Path = filepath.Join(c.root, words[0])
	return cmd
}

// check asks the kernel whether a process is confined as it should be.
func (c *container) check(t *testing.T, pid int) {
	t.Helper()
	if !c.confined {
		return
	}
	of := func(name string) string {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	id := strconv.FormatUint(uint64(c.uid), 10)
	for _, want := range []string{"\nUid:\t" + strings.Repeat(id+"\t", 3) + id + "\n", "\nCapEff:\t0000000000000000\n"} {
		if text := of("status"); !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	if text := of("mountinfo"); c.readOnly && !strings.Contains(text, " / ro,") {
		t.Errorf("the root is not mounted to be read only:\n%s", text)
	}
}
