-- As after a kill between a change and the keeping of what it was answered.
update kept_answers set answer = null;
