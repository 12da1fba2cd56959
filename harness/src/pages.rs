//! The listings of the book, compiled and run as doctests.

macro_rules! pages {
    ($($(#[$when:meta])* $name:ident $file:literal)*) => {$(
        $(#[$when])*
        #[doc = include_str!(concat!("../../", $file))]
        struct $name;
    )*};
}

pages! {
    Readme "README.md"
    Check "docs/check.md"
    Commands "docs/commands.md"
    Costs "docs/costs.md"
    DataTypes "docs/data-types.md"
    Extism "docs/extism.md"
    FerriteManifest "docs/ferrite-manifest.md"
    FerriteServer "docs/ferrite-server.md"
    FirstPlugin "docs/first-plugin.md"
    FromExtismPdk "docs/from-extism-pdk.md"
    FromFerriteSdk "docs/from-ferrite-sdk.md"
    #[cfg(feature = "orbis")]
    FromOrbisPluginApi "docs/from-orbis-plugin-api.md"
    FromRedisModules "docs/from-redis-modules.md"
    Functions "docs/functions.md"
    Harness "docs/harness.md"
    Hooks "docs/hooks.md"
    HostFunctions "docs/host-functions.md"
    Http "docs/http.md"
    #[cfg(feature = "orbis")]
    OrbisHost "docs/orbis-host.md"
    #[cfg(feature = "orbis")]
    OrbisManifest "docs/orbis-manifest.md"
    #[cfg(feature = "orbis")]
    OrbisPageAbi "docs/orbis-page-abi.md"
    #[cfg(feature = "orbis")]
    OrbisServe "docs/orbis-serve.md"
    Peers "docs/peers.md"
    PeersHost "docs/peers-host.md"
    #[cfg(feature = "powers")]
    Powers "docs/powers.md"
    Query "docs/query.md"
    Records "docs/records.md"
    Replay "docs/replay.md"
    Services "docs/services.md"
    Storage "docs/storage.md"
    Testing "docs/testing.md"
    Time "docs/time.md"
    Transformers "docs/transformers.md"
    Fcall "docs/fcall.md"
    Troubleshooting "docs/troubleshooting.md"
    Xtp "docs/xtp.md"
}
