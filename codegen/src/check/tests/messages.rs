use super::{ERRORS, TEA, plant};

plant! {
    a_message_without_origin_is_refused {
        in ERRORS replace
            "    - value: no_tea\n"
        by
            "    - value: no_tea\n      message: No tea.\n"
        and hear
            "spec/common/schemas/error.yaml:14: the message does not name one origin; add `recorded: \"1.16.1\"`, the release of the recording, or `source` if only its source has it";
    }

    a_message_without_status_is_refused {
        in ERRORS replace
            "    - value: no_tea\n      description: 400. There is none.\n"
        by
            "    - value: no_tea\n      message: No tea.\n      recorded: \"1.1.0\"\n      description: There is none.\n"
        and hear
            "spec/common/schemas/error.yaml:14: the description of a code with a message does not begin with its status; begin it with the status: `400. …`";
    }

    a_stream_that_does_not_exist_is_refused {
        in TEA replace
            "            x-dify-framing: sse\n"
        by
            "            x-dify-framing: sse\n            x-dify-stream-examples: [tea]\n"
        and hear
            "spec/service/paths/tea.yaml:51: there is no stream `tea`; correct it, or add it to common/streams.yaml";
    }
}
