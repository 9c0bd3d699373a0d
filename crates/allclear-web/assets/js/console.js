// What makes the console quicker where there is script. Everything works without it.
