package main

import (
	"bytes"
	"fmt"
	"sort"
	"strconv"
	"strings"

	extism "github.com/extism/go-sdk"
)

// A storage as a Redis-like host has one: values are RESP2 as they came, replies are RESP2.
type storage map[string]entry

type entry struct {
	value   string
	seconds int64  // -1: for ever
	typed   string // the name of a data type, whose reply is the value
}

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"

// storageFunctions are the storage functions; all of them answer with the refusal, if there is one.
func storageFunctions(given map[string]string, refusal *string) []extism.HostFunction {
	data := storage{}
	for key, value := range given {
		data[key] = entry{value: value, seconds: -1}
	}
	parameters := map[string]int{
		"storage_get": 1, "storage_exists": 1, "storage_delete": 1, "storage_ttl": 1, "storage_keys": 1,
		"storage_type_of": 1, "storage_set": 2, "storage_incr": 2, "storage_expire": 2,
		"storage_set_ex": 3, "storage_read_range": 3,
	}
	var functions []extism.HostFunction
	for name, count := range parameters {
		functions = append(functions, function(name, count, 1, func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
			if refusal != nil {
				return plugin.WriteString("-" + *refusal + "\r\n")
			}
			key, err := plugin.ReadString(stack[0])
			if err != nil {
				return 0, err
			}
			value := ""
			if strings.HasPrefix(name, "storage_set") {
				if value, err = plugin.ReadString(stack[1]); err != nil {
					return 0, err
				}
			}
			return plugin.WriteString(data.reply(name, key, value, stack))
		}))
	}
	return append(functions, typedFunctions(data, refusal)...)
}

// typedFunctions are those of data types.
func typedFunctions(data storage, refusal *string) []extism.HostFunction {
	i32 := extism.ValueTypeI32
	parameters := map[string][]extism.ValueType{
		"storage_get_typed": {ptr, ptr}, "storage_set_typed": {ptr, ptr, i32, ptr},
	}
	var functions []extism.HostFunction
	for name, types := range parameters {
		functions = append(functions, functionOf(name, types, []extism.ValueType{ptr}, func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
			if refusal != nil {
				return plugin.WriteString("-" + *refusal + "\r\n")
			}
			key, err := plugin.ReadString(stack[0])
			if err != nil {
				return 0, err
			}
			typed, err := plugin.ReadString(stack[1])
			if err != nil {
				return 0, err
			}
			old, there := data[key]
			if there && old.typed != typed {
				return plugin.WriteString(wrongType)
			}
			if name == "storage_get_typed" {
				if !there {
					return plugin.WriteString("$-1\r\n")
				}
				return plugin.WriteString(old.value)
			}
			value, err := plugin.ReadString(stack[3])
			if err != nil {
				return 0, err
			}
			data[key] = entry{fmt.Sprintf("*2\r\n:%d\r\n%s", int32(stack[2]), bulk(value)), -1, typed}
			return plugin.WriteString("+OK\r\n")
		}))
	}
	return functions
}

func (data storage) reply(name, key, value string, stack []uint64) string {
	old, there := data[key]
	if old.typed != "" {
		switch name {
		case "storage_type_of":
			return "+" + old.typed + "\r\n"
		case "storage_exists":
			return boolean(true)
		}
		return wrongType
	}
	switch name {
	case "storage_get":
		if !there {
			return "$-1\r\n"
		}
		return old.value
	case "storage_exists":
		return boolean(there)
	case "storage_delete":
		delete(data, key)
		return boolean(there)
	case "storage_type_of":
		if !there {
			return "+none\r\n"
		}
		return "+string\r\n"
	case "storage_ttl":
		if !there {
			return ":-2\r\n"
		}
		return integer(old.seconds)
	case "storage_keys":
		return data.keys(strings.TrimSuffix(key, "*"))
	case "storage_set_ex":
		if int64(stack[2]) <= 0 {
			return "-ERR invalid expire time\r\n"
		}
		data[key] = entry{value: value, seconds: int64(stack[2])}
		return "+OK\r\n"
	case "storage_set":
		data[key] = entry{value: value, seconds: -1}
		return "+OK\r\n"
	case "storage_expire":
		if there {
			data[key] = entry{value: old.value, seconds: int64(stack[1])}
		}
		return boolean(there)
	case "storage_incr":
		return data.incr(key, int64(stack[1]))
	case "storage_read_range":
		return bulk(part(text(old.value), int64(stack[1]), int64(stack[2])))
	}
	return "-ERR no storage function " + name + "\r\n"
}

// keys answers with the keys that start so: the table asks for a prefix and a star.
func (data storage) keys(prefix string) string {
	var keys []string
	for key := range data {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	var reply bytes.Buffer
	fmt.Fprintf(&reply, "*%d\r\n", len(keys))
	for _, key := range keys {
		reply.WriteString(bulk(key))
	}
	return reply.String()
}

func (data storage) incr(key string, by int64) string {
	old, there := data[key]
	if !there {
		old = entry{value: ":0\r\n", seconds: -1}
	}
	number, err := strconv.ParseInt(text(old.value), 10, 64)
	if err != nil {
		return "-ERR value is not an integer or out of range\r\n"
	}
	data[key] = entry{value: integer(number + by), seconds: old.seconds}
	return integer(number + by)
}

// part is the range with both ends; -1 is the last byte.
func part(whole string, start, end int64) string {
	length := int64(len(whole))
	if end == -1 || end >= length {
		end = length - 1
	}
	if start > end {
		return ""
	}
	return whole[start : end+1]
}

// text is the text of a RESP integer, simple string or bulk string.
func text(value string) string {
	if strings.HasPrefix(value, "$") {
		_, value, _ = strings.Cut(value, "\r\n")
	} else if value != "" {
		value = value[1:]
	}
	return strings.TrimSuffix(value, "\r\n")
}

func boolean(value bool) string {
	if value {
		return ":1\r\n"
	}
	return ":0\r\n"
}

func integer(value int64) string {
	return fmt.Sprintf(":%d\r\n", value)
}

func bulk(value string) string {
	return fmt.Sprintf("$%d\r\n%s\r\n", len(value), value)
}
