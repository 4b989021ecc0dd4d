package build

/*
FROM alpine:3.20
*/
