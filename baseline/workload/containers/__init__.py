"""Containers: clusters and services of ECS on Fargate, clusters of EKS."""
