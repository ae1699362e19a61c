// Go accepts a function without a body, as in start_wasip1.go, only in a package that has an assembly file.
