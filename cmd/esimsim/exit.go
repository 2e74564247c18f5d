package main

// An exit is a code with which the program ends.
type exit int

// The exit codes. exec ends with that of its command where the command did not end well.
const (
	exitGood       exit = 0   // What was asked is done.
	exitFailed     exit = 1   // It could not be done: no simulator answers, a file cannot be read, a receiver did not take the webhook, a signature is not good.
	exitWrongCall  exit = 2   // It was asked wrongly: there is no such command or flag, or it does not take that value.
	exitUnmet      exit = 3   // A gate was not met: `--min` of `coverage`, or `--fail-on` of `exec`, whose command passed.
	exitNotStarted exit = 126 // The command of `exec` could not be started.
	exitNoCommand  exit = 127 // There is no such command for `exec`, as a shell says it.
)
