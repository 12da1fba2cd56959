// A Ferrite plugin in Go: a command that counts points, and one that reads them.
package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/extism/go-pdk"
)

// The key is the offset of a block, the number is itself; the result is the offset of a block with a RESP reply.
//
//go:wasmimport extism:host/user storage_incr
func storageIncr(key uint64, by int64) uint64

// LB.ADD player points
//
//go:wasmexport LB.ADD
func add() int32 {
	return reply(func(args []string) (string, error) {
		points, err := strconv.ParseInt(args[1], 10, 64)
		if err != nil {
			return "", errors.New("ERR the points are not a number")
		}
		return incr(args[0], points)
	})
}

// LB.GET player
//
//go:wasmexport LB.GET
func get() int32 {
	return reply(func(args []string) (string, error) {
		return incr(args[0], 0)
	})
}

// incr returns the host's reply, which is the plugin's reply as well, or its error.
func incr(player string, points int64) (string, error) {
	key := pdk.AllocateString("lb:" + player)
	block := pdk.FindMemory(storageIncr(key.Offset(), points))
	answer := string(block.ReadBytes())
	if message, failed := strings.CutPrefix(answer, "-"); failed {
		return "", errors.New(strings.TrimSuffix(message, "\r\n"))
	}
	return answer, nil
}

// reply runs a command on its arguments; the export returns what it returns.
func reply(command func([]string) (string, error)) int32 {
	answer, err := command(arguments(string(pdk.Input())))
	if err != nil {
		pdk.SetErrorString(err.Error())
		return 1
	}
	pdk.OutputString(answer)
	return 0
}

// arguments reads a RESP array of bulk strings: *2\r\n$3\r\nada\r\n$1\r\n5\r\n.
// The host has checked their number against the command's arity.
func arguments(input string) []string {
	var args []string
	_, rest, _ := strings.Cut(input, "\r\n")
	for rest != "" {
		var head string
		head, rest, _ = strings.Cut(rest, "\r\n")
		length, err := strconv.Atoi(strings.TrimPrefix(head, "$"))
		if err != nil || length+2 > len(rest) {
			break
		}
		args, rest = append(args, rest[:length]), rest[length+2:]
	}
	return args
}

func main() {}
