package main

import (
	"context"
	"fmt"

	extism "github.com/extism/go-sdk"
)

// peerFunctions are register_plugin and call_plugin, as the demo of plugins that call plugins has them.
func peerFunctions(peers map[string]string, artifacts string) []extism.HostFunction {
	var registry []*extism.Plugin
	register := func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
		name, err := plugin.ReadString(stack[0])
		if err != nil {
			return 0, err
		}
		file, ok := peers[name]
		if !ok {
			return 0, fmt.Errorf("no plugin %s", name)
		}
		manifest := extism.Manifest{Wasm: []extism.Wasm{extism.WasmFile{Path: artifact(artifacts, file)}}}
		peer, err := extism.NewPlugin(context.Background(), manifest, extism.PluginConfig{}, nil)
		if err != nil {
			return 0, err
		}
		registry = append(registry, peer)
		return uint64(len(registry) - 1), nil
	}
	call := func(plugin *extism.CurrentPlugin, stack []uint64) (uint64, error) {
		if stack[0] >= uint64(len(registry)) {
			return 0, fmt.Errorf("no plugin %d", stack[0])
		}
		name, err := plugin.ReadString(stack[1])
		if err != nil {
			return 0, err
		}
		input, err := plugin.ReadBytes(stack[2])
		if err != nil {
			return 0, err
		}
		_, output, err := registry[stack[0]].Call(name, input)
		if err != nil {
			return 0, err
		}
		return plugin.WriteBytes(output)
	}
	return []extism.HostFunction{function("register_plugin", 1, 1, register), function("call_plugin", 3, 1, call)}
}
