//! The linter: one small function for each rule, named for what it guards.
//!
//! The rules keep the source truthful where a person would not look again, and usable by every generator.

mod bodies;
mod caching;
mod deviations;
mod enums;
mod examples;
mod groups;
mod links;
mod messages;
mod modes;
mod names;
mod nearest;
mod operations;
mod paging;
mod parameters;
mod prose;
mod references;
mod releases;
mod requests;
mod schemas;
#[cfg(test)]
mod tests;
mod unions;
mod vocabulary;

use std::thread;

use crate::diagnostic::{Finding, Findings};
use crate::source::Source;
use crate::source::outline::Outline;

/// A rule adds what it finds.
type Check = fn(&Outline<'_>, &mut Findings);

/// Rules about how the source is put together. What they find makes others find things that are right: it is reported
/// first.
const CAUSES: &[Check] = &[
    references::references_lead_somewhere,
    references::objects_are_no_members_of_themselves,
    references::references_stand_alone,
    references::references_lead_to_the_right_kind,
    references::paths_are_listed_under_their_own_name,
    references::files_have_a_place,
    vocabulary::members_are_known,
    vocabulary::extensions_have_the_right_form,
    unions::discriminators_name_their_events,
];

const RULES: &[Check] = &[
    references::components_are_used,
    releases::version_facts_name_releases,
    releases::parts_begin_before_they_end,
    releases::required_members_are_in_the_contract,
    releases::documented_parts_are_newer_and_optional,
    releases::required_members_need_no_shapes,
    releases::earlier_shapes_are_in_order,
    schemas::objects_are_components,
    schemas::enums_are_components,
    schemas::schemas_have_no_title,
    schemas::schemas_have_a_type,
    schemas::numbers_have_a_format,
    schemas::arrays_say_of_what,
    schemas::objects_say_what_is_in_them,
    schemas::required_names_properties,
    schemas::schemas_are_described,
    prose::descriptions_use_plain_words,
    prose::cited_numbers_exist,
    schemas::all_of_wraps_one_reference,
    schemas::defaults_stand_on_parameters_only,
    unions::unions_can_be_told_apart,
    unions::discriminators_are_complete,
    unions::final_events_are_events,
    enums::open_enums_are_well_formed,
    enums::closed_enums_are_well_formed,
    enums::what_the_server_sends_is_an_open_enum,
    enums::enum_values_have_names_of_their_own,
    enums::error_codes_are_known,
    messages::messages_name_their_origin,
    messages::stream_examples_exist,
    requests::constructors_take_members,
    requests::constructors_take_all_that_is_required,
    requests::request_extensions_stand_in_requests,
    requests::always_sent_members_are_required,
    requests::tristate_members_may_be_absent_and_null,
    names::component_names_are_unique,
    names::component_names_are_in_pascal_case,
    names::component_names_stay_apart_in_pascal_case,
    names::component_names_are_free,
    names::member_names_stay_apart_in_snake_case,
    names::setters_meet_no_other_function,
    names::methods_are_well_named,
    names::parameters_are_well_named,
    operations::groups_are_described,
    groups::tag_groups_are_complete,
    modes::modes_are_known,
    modes::operations_list_their_modes,
    operations::clients_agree_with_security,
    operations::operations_are_described,
    operations::common_errors_are_documented,
    operations::statuses_are_exact,
    operations::idempotent_is_said_where_it_is_news,
    caching::cacheable_operations_read,
    operations::what_is_needed_is_optional,
    operations::stream_methods_stream,
    paging::paging_names_what_is_there,
    links::links_lead_to_operations,
    deviations::deviations_are_exact,
    parameters::path_parameters_match_the_path,
    parameters::parameters_are_well_formed,
    parameters::parameters_are_described,
    bodies::responses_describe_their_bodies,
    bodies::bodies_have_schemas,
    bodies::bodies_have_examples,
    bodies::requests_have_one_body,
    bodies::streams_are_framed_events,
    examples::examples_fit_their_schemas,
];

/// Bytes of stack for the rules: they follow references by calling themselves, and so does the validator of examples. A
/// chain of thousands of components needs more than a thread has by itself.
const STACK: usize = 512 << 20;

/// All mistakes in the source, at once; causes before what may follow from them.
pub fn check(source: &Source) -> Findings {
    thread::scope(|scope| match thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || apply(source)) {
        Ok(rules) => rules.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        Err(_) => apply(source),
    })
}

fn apply(source: &Source) -> Findings {
    let outline = Outline::new(source);
    let mut causes = source.slips().clone();
    references::references_end(&outline, &mut causes);
    if causes.len() > source.slips().len() {
        // The other rules follow references.
        return causes.sorted();
    }
    for rule in CAUSES {
        rule(&outline, &mut causes);
    }
    let mut findings: Findings = causes.into_iter().map(Finding::cause).collect();
    for rule in RULES {
        rule(&outline, &mut findings);
    }
    findings.sorted()
}
