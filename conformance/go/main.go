// The Go module github.com/extism/go-sdk as the host, its functions written by hand.
//
// usage: go run . <cases.json> <folder with the release artifacts>
// CONFORMANCE_HTTP is the address of the server that `conformance serve` runs.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	extism "github.com/extism/go-sdk"
)

// A given case, as cases.json has it.
type given struct {
	Name      string
	Artifact  string
	Config    map[string]string
	Kv        map[string]string
	Storage   map[string]string
	Refusal   *string
	Wasi      bool
	Bare      bool
	Memory    map[string]uint32
	TimeoutMs uint64 `json:"timeout_ms"`
	Peers     map[string]string
	Files     map[string]string
	ReadOnly  bool     `json:"read_only"`
	Hosts     []string `json:"allowed_hosts"`
	Headers   bool     `json:"response_headers"`
	Calls     []struct{ Function, Input string }
}

// What came of a case.
type outcome struct {
	Case    string  `json:"case"`
	Refused *string `json:"refused,omitempty"`
	Calls   []any   `json:"calls"`
}

type output struct {
	Output struct {
		Text  string `json:"text"`
		Bytes int    `json:"bytes"`
	} `json:"output"`
}

type failure struct {
	Error string `json:"error"`
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	var table struct{ Cases []given }
	if err := json.Unmarshal(text, &table); err != nil {
		fail(err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	if err := out.Encode(map[string]string{"version": version()}); err != nil {
		fail(err)
	}
	for _, one := range table.Cases {
		if err := out.Encode(run(one, os.Args[2])); err != nil {
			fail(err)
		}
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// version is the version of the SDK that this program was built with.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/extism/go-sdk" {
			return module.Version
		}
	}
	return "unknown"
}

func run(one given, artifacts string) outcome {
	result := outcome{Case: one.Name, Calls: []any{}}
	folder, err := folderOf(one)
	if err != nil {
		fail(err)
	}
	defer os.RemoveAll(folder)
	plugin, err := load(one, artifacts, folder)
	if err != nil {
		text := err.Error()
		result.Refused = &text
		return result
	}
	defer plugin.Close(context.Background())
	for index, call := range one.Calls {
		input := strings.ReplaceAll(call.Input, "{http}", os.Getenv("CONFORMANCE_HTTP"))
		for earlier := 0; earlier < index; earlier++ {
			if out, ok := result.Calls[earlier].(output); ok {
				input = strings.ReplaceAll(input, fmt.Sprintf("{%d}", earlier), out.Output.Text)
			}
		}
		// As the SDK's own documentation does, the error alone is looked at.
		_, out, err := plugin.Call(call.Function, []byte(input))
		if err != nil {
			result.Calls = append(result.Calls, failure{err.Error()})
		} else {
			var answer output
			answer.Output.Text, answer.Output.Bytes = string(out), len(out)
			result.Calls = append(result.Calls, answer)
		}
	}
	return result
}

// folderOf is a new folder with the case's files.
func folderOf(one given) (string, error) {
	folder, err := os.MkdirTemp("", "conformance-")
	for name, contents := range one.Files {
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), []byte(contents), 0o644)
		}
	}
	return folder, err
}

func load(one given, artifacts, folder string) (*extism.Plugin, error) {
	manifest := extism.Manifest{
		Wasm:    []extism.Wasm{extism.WasmFile{Path: artifact(artifacts, one.Artifact)}},
		Config:  one.Config,
		Memory:  &extism.ManifestMemory{MaxPages: one.Memory["max_pages"], MaxHttpResponseBytes: -1, MaxVarBytes: -1},
		Timeout: one.TimeoutMs,
	}
	manifest.AllowedHosts = one.Hosts
	if one.Files != nil {
		access := ""
		if one.ReadOnly {
			access = "ro:"
		}
		manifest.AllowedPaths = map[string]string{access + folder: "/data"}
	}
	if bytes, ok := one.Memory["max_http_response_bytes"]; ok {
		manifest.Memory.MaxHttpResponseBytes = int64(bytes)
	}
	if bytes, ok := one.Memory["max_var_bytes"]; ok {
		manifest.Memory.MaxVarBytes = int64(bytes)
	}
	var functions []extism.HostFunction
	if !one.Bare {
		functions = append(kvFunctions(one.Kv), storageFunctions(one.Storage, one.Refusal)...)
		functions = append(functions, peerFunctions(one.Peers, artifacts)...)
	}
	return extism.NewPlugin(context.Background(), manifest, extism.PluginConfig{EnableWasi: one.Wasi, EnableHttpResponseHeaders: one.Headers}, functions)
}

func artifact(folder, name string) string {
	return filepath.Join(folder, name+".wasm")
}

const ptr = extism.ValueTypePTR

// function is a host function whose parameters and result are i64; its error ends the guest's call.
func function(name string, parameters int, results int, work func(*extism.CurrentPlugin, []uint64) (uint64, error)) extism.HostFunction {
	types := func(count int) []extism.ValueType {
		return []extism.ValueType{ptr, ptr, ptr}[:count]
	}
	return functionOf(name, types(parameters), types(results), work)
}

// functionOf is a host function with these parameters and results; its error ends the guest's call.
func functionOf(name string, parameters, results []extism.ValueType, work func(*extism.CurrentPlugin, []uint64) (uint64, error)) extism.HostFunction {
	return extism.NewHostFunctionWithStack(name, func(_ context.Context, plugin *extism.CurrentPlugin, stack []uint64) {
		result, err := work(plugin, stack)
		if err != nil {
			panic(err)
		}
		if len(results) > 0 {
			stack[0] = result
		}
	}, parameters, results)
}

// kvFunctions are kv_read and kv_write.
func kvFunctions(given map[string]string) []extism.HostFunction {
	kv := map[string][]byte{}
	for key, value := range given {
		kv[key] = []byte(value)
	}
	return []extism.HostFunction{
		function("kv_read", 1, 1, func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
			key, err := plugin.ReadString(stack[0])
			if err != nil {
				return 0, err
			}
			value, ok := kv[key]
			if !ok {
				return 0, nil
			}
			return plugin.WriteBytes(value)
		}),
		function("kv_write", 2, 0, func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
			key, err := plugin.ReadString(stack[0])
			if err != nil {
				return 0, err
			}
			value, err := plugin.ReadBytes(stack[1])
			kv[key] = value
			return 0, err
		}),
	}
}
