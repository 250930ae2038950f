"""Run as a script: make standard input the controlling terminal, then become the given command.

A child that leads a new session has to do this itself, before it executes the command: code of
ours between fork and exec would not be safe in a process with threads.
"""

import fcntl
import os
import sys
import termios


def main() -> None:
    """Take the terminal on standard input and execute the arguments."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    command = sys.argv[1:]
    try:
        os.execv(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)


if __name__ == "__main__":
    main()
