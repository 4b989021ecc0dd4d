ARG GO=1.20
FROM golang:${GO} AS dev
