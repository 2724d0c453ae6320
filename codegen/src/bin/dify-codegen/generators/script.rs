//! Generators of Go, Ruby, PHP and C#.

use std::fs;
use std::process::Command;

use super::bench::Bench;
use super::tools::PYPI;
use super::{BASE, BY_TAG, Choice, Generator, KnownBug, OPEN};

/// Of PHP.
const UNIONS: &str = "https://github.com/OpenAPITools/openapi-generator/pull/2021";

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: go",
        needs: &[PYPI, "java", "go", "/usr/share/gocode/src/gopkg.in/validator.v2"],
        install: "apt-get install python3-venv default-jdk-headless golang-go golang-gopkg-validator.v2-dev",
        proof: "go vet",
        options: &[
            Choice {
                arguments: &["--additional-properties=enumClassPrefix=true"],
                why: "constants of two enums may have one name; Go has one scope for all",
                link: "https://openapi-generator.tech/docs/generators/go",
            },
            BY_TAG,
            OPEN,
        ],
        replay: Some(|bench| {
            let models = bench.declared("go", |name| format!("type {name} "))?;
            let models = models.iter().map(|name| format!("\t\"{name}\": reflect.TypeOf((*{name})(nil)).Elem(),\n"));
            let models = models.collect::<String>();
            let models = format!(
                "package openapi\n\nimport \"reflect\"\n\nvar models = map[string]reflect.Type{{\n{models}}}\n"
            );
            fs::write(bench.out.join("models_test.go"), models)?;
            bench.take("replay_test.go", "replay_test.go")?;
            if bench.has_calls() {
                bench.take("calls_test.go", "calls_test.go")?;
            }
            bench.replay(&mut go(bench, &["test", "-count=1", "-vet=off", "-run", "TestReplay", "."]))
        }),
        faults: &[KnownBug {
            apis: &["service"],
            what: "a union of several releases that is null is decoded, and cannot be encoded again",
            link: "https://github.com/OpenAPITools/openapi-generator/issues/19963",
            sign: "unexpected end of JSON input",
        }],
        run: |bench| {
            bench.openapi_generator("go", &[])?;
            bench.run(&mut go(bench, &["vet", "."]))
        },
        ..BASE
    },
    Generator {
        name: "openapi-generator: ruby",
        needs: &[PYPI, "java", "ruby", "/usr/share/doc/ruby-typhoeus"],
        install: "apt-get install python3-venv default-jdk-headless ruby ruby-typhoeus",
        proof: "ruby -c, every constant loaded",
        options: &[Choice {
            arguments: &["--schema-mappings", "MetadataValue=Object"],
            why: "a union of a text and a number becomes `Object`: an integer is no number to it, and is lost",
            link: "https://openapi-generator.tech/docs/customization/#schema-mapping",
        }],
        replay: Some(|bench| {
            let program = bench.tools.helper("replay/replay.rb");
            bench.replay(Command::new("ruby").arg("-Ilib").arg(program).current_dir(&bench.out))
        }),
        faults: &[
            KnownBug {
                apis: &["console"],
                what: "a member `hash` replaces the method of each Ruby object, and encoding never ends; no issue was found in its list",
                link: "https://github.com/OpenAPITools/openapi-generator/issues",
                sign: "stack level too deep",
            },
            KnownBug {
                apis: &["service", "console"],
                what: "to a union of several releases an integer is no number, and an object with an unknown member no text: both become nil",
                link: "https://github.com/DataDog/datadog-api-client-ruby/pull/1340",
                sign: " became null",
            },
            KnownBug {
                apis: &["service", "console"],
                what: "an object with an unknown member fits no union of several releases",
                link: "https://github.com/OpenAPITools/openapi-generator/pull/5706",
                sign: "query cannot be nil",
            },
        ],
        run: |bench| {
            bench.openapi_generator("ruby", &[])?;
            for chunk in bench.files("rb")?.chunks(100) {
                bench.run(Command::new("ruby").arg("-c").args(chunk))?;
            }
            let helper = bench.tools.helper("load_all.rb");
            bench.run(Command::new("ruby").arg("-Ilib").arg(helper).current_dir(&bench.out))
        },
        ..BASE
    },
    Generator {
        name: "openapi-generator: php",
        needs: &[PYPI, "java", "php", "/usr/share/php/GuzzleHttp/autoload.php"],
        install: "apt-get install python3-venv default-jdk-headless php-cli php-mbstring php-curl php-guzzlehttp-guzzle",
        proof: "every class loaded",
        options: &[Choice {
            arguments: &["--name-mappings", "model_name=name_of_model"],
            why: "each of its models has a method `getModelName` of its own; the name on the wire stays",
            link: "https://github.com/OpenAPITools/openapi-generator/issues/23949",
        }],
        replay: Some(|bench| {
            let program = bench.tools.helper("replay/replay.php");
            bench.replay(Command::new("php").arg(program).current_dir(&bench.out))
        }),
        faults: &[
            KnownBug {
                apis: &["service", "console"],
                what: "of a union without a tag, such as a text or a number, it makes an empty class",
                link: UNIONS,
                sign: " became {}",
            },
            KnownBug {
                apis: &["service"],
                what: "of a union of several releases it makes an empty class",
                link: UNIONS,
                sign: "/outputs/",
            },
        ],
        run: |bench| {
            bench.openapi_generator("php", &[])?;
            let helper = bench.tools.helper("load_all.php");
            bench.run(Command::new("php").arg(helper).current_dir(&bench.out))
        },
        ..BASE
    },
    Generator {
        name: "openapi-generator: csharp",
        needs: &[PYPI, "java", "dotnet"],
        install: "npm carries a .NET SDK of 2018, 2.2, Debian and PyPI none, and what the output is built with is in NuGet only",
        proof: "dotnet build",
        run: |bench| {
            bench.openapi_generator("csharp", &[])?;
            bench.run(Command::new("dotnet").args(["build", "src"]).current_dir(&bench.out))
        },
        ..BASE
    },
];

/// Debian keeps its Go libraries in a GOPATH; nothing is fetched then.
fn go(bench: &Bench<'_>, arguments: &[&str]) -> Command {
    let mut go = Command::new("go");
    go.args(arguments).current_dir(&bench.out).env("GO111MODULE", "off").env("GOFLAGS", "");
    go.env("GOPATH", "/usr/share/gocode").env("GOCACHE", bench.tools.folder.join("go"));
    go
}
