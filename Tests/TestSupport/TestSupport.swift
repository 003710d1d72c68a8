// what several test targets share
