//! Plans and templates, from the file to the verdict, and through the command itself.

mod command;
mod examples;
mod held_out;
mod plan;
mod plan_documents;
mod real_plans;
mod secrets;
mod support;
mod template;
mod template_worlds;
