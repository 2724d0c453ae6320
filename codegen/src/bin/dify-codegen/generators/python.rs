//! Generators of Python: every module is imported, and where the generator promises types, mypy reads them.

use super::bench::{Bench, Failure};
use super::tools::PYPI;
use super::{BASE, Choice, Generator, KnownBug};

const PIECES: &str = "it warns that it left pieces out";

pub(super) const GENERATORS: &[Generator] = &[
    Generator {
        name: "openapi-generator: python",
        needs: &[PYPI, "java"],
        install: "apt-get install python3-venv default-jdk-headless",
        proof: "every module imported",
        options: &[Choice {
            arguments: &["--additional-properties=useOneOfDiscriminatorLookup=true"],
            why: "an event is decoded by its tag: without it, some events fit several classes and are refused",
            link: "https://openapi-generator.tech/docs/generators/python",
        }],
        replay: Some(|bench| replay(bench, "openapi_generator.py")),
        run: |bench| {
            bench.openapi_generator("python", &["packageName=dify"])?;
            import(bench, "dify")
        },
        ..BASE
    },
    Generator {
        name: "openapi-python-client",
        package: "openapi-python-client",
        openapi: "3.0",
        needs: &[PYPI],
        install: "apt-get install python3-venv",
        proof: "every module imported, mypy",
        options: &[Choice {
            arguments: &["--config", "openapi-python-client.yaml"],
            why: "bodies of unsupported types become bytes (`content_type_overrides`)",
            link: "https://github.com/openapi-generators/openapi-python-client#configuration",
        }],
        known: &[KnownBug {
            apis: &["console"],
            what: "a body of plain text is left out, with a warning; all else is there, and typed",
            link: "https://github.com/openapi-generators/openapi-python-client/issues/542",
            sign: PIECES,
        }],
        replay: Some(|bench| replay(bench, "openapi_python_client.py")),
        faults: &[],
        run: |bench| {
            let mut command = bench.tools.python("openapi-python-client");
            command.args(["generate", "--overwrite", "--meta", "none"]);
            command.arg("--path").arg(&bench.document).arg("--output-path").arg(bench.out.join("dify"));
            command.arg("--config").arg(bench.tools.helper("openapi-python-client.yaml"));
            bench.run(&mut command)?;
            import(bench, "dify")?;
            mypy(bench, "dify")?;
            // Last, so that what it did write is held to the proof all the same.
            bench.is_silent_of("WARNING", PIECES)
        },
    },
    Generator {
        name: "datamodel-code-generator",
        package: "datamodel-code-generator",
        openapi: "3.1",
        needs: &[PYPI],
        install: "apt-get install python3-venv",
        proof: "imported, mypy",
        options: &[
            Choice {
                arguments: &["--strict-nullable"],
                why: "a required member may be null where the document allows it",
                link: "https://github.com/koxudaxi/datamodel-code-generator",
            },
            Choice {
                arguments: &["--use-annotated"],
                why: "constraints as `Annotated`: the default spelling calls functions inside types, which mypy refuses",
                link: "https://github.com/koxudaxi/datamodel-code-generator",
            },
        ],
        replay: Some(|bench| replay(bench, "pydantic_models.py")),
        run: |bench| {
            let mut command = bench.tools.python("datamodel-codegen");
            command.args(["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--input"]);
            command.arg(&bench.document).arg("--output").arg(bench.out.join("dify/__init__.py")).args(bench.options());
            std::fs::create_dir_all(bench.out.join("dify"))?;
            bench.run(&mut command)?;
            import(bench, "dify")?;
            mypy(bench, "dify")
        },
        ..BASE
    },
];

fn import(bench: &Bench<'_>, package: &str) -> Result<(), Failure> {
    let mut command = bench.tools.python("python");
    command.arg(bench.tools.helper("import_all.py")).arg(package);
    bench.run(command.env("PYTHONPATH", ".").current_dir(&bench.out))
}

fn replay(bench: &Bench<'_>, program: &str) -> Result<(), Failure> {
    let mut command = bench.tools.python("python");
    command.arg("-B").arg(bench.tools.helper("replay").join(program));
    // Python looks beside the program by itself, and here for the client.
    bench.replay(command.env("PYTHONPATH", ".").current_dir(&bench.out))
}

fn mypy(bench: &Bench<'_>, package: &str) -> Result<(), Failure> {
    bench.run(bench.tools.python("mypy").arg(package).current_dir(&bench.out))
}
