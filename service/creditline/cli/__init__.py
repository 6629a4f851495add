"""The command line: it reads arguments, calls the client or what main hands in, and prints results for people or machines.

Nothing heavy is imported before the command that needs it runs.
"""
